import type { OpenAPIObject } from '@nestjs/swagger';
import { TRANSPORT_CODES, type TransportCode } from '@tutti/service';
import { schemaOf } from './documented.js';

const PROBLEM = { 'application/problem+json': { schema: schemaOf('Problem') } };

function refusals(...codes: TransportCode[]): Record<string, unknown> {
  const byStatus: Record<string, { description: string; content: typeof PROBLEM }> = {};
  for (const code of codes) {
    const status = String(TRANSPORT_CODES[code].status);
    const description =
      byStatus[status] === undefined ? `\`${code}\`` : `${byStatus[status].description} · \`${code}\``;
    byStatus[status] = { description, content: PROBLEM };
  }
  return byStatus;
}

const TAKES = {
  'application/cloudevents+json': { schema: schemaOf('Decision') },
  'application/json': {
    schema: {
      description:
        'With `ce-specversion`: `data`, the attributes being `ce-` headers (binary mode). Without: an event in structured mode.',
    },
  },
};

const POSITION = {
  'Tutti-Position': { schema: { type: 'string' }, description: 'Partition and revision of the verdict: `3-1207`.' },
  'Tutti-Duplicate': {
    schema: { type: 'string', enum: ['true'] },
    description: 'The same decision had been judged before: this is its first verdict again.',
  },
};

const PREFER = {
  name: 'Prefer',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: '`wait=5`: seconds to wait for the verdict. `return=minimal`: leave the decision out of the answer.',
};

/** The intake's routes are Fastify's own, so they are described here rather than by decorators. */
export const DECISION_PATHS = {
  '/v1/decisions': {
    post: {
      operationId: 'decide',
      tags: ['decisions'],
      summary: 'Decide: one CloudEvent, or up to 1,000',
      description:
        'Scope participant; the token must belong to `source`. On one machine it answers with the verdict once it is durable. On many machines the decision goes into the topic `decisions`, and the answer is 202 with its place there, unless `Prefer: wait=5` asks to wait and the verdict comes in time. A batch answers with one item each, in order: a verdict, a place, or a problem whose `recorded` is false; 202 where there is a place among them, else 200. Over a quota, the decisions of a batch that fit are taken, in order.',
      parameters: [PREFER],
      security: [{ bearer: [] }],
      requestBody: {
        required: true,
        content: {
          ...TAKES,
          'application/cloudevents-batch+json': {
            schema: { type: 'array', maxItems: 1000, items: schemaOf('Decision') },
          },
        },
      },
      responses: {
        '201': {
          description: 'Accepted',
          headers: POSITION,
          content: { 'application/json': { schema: schemaOf('Verdict') } },
        },
        '200': {
          description: 'A batch: one verdict or problem each, in order',
          content: {
            'application/json': {
              schema: { type: 'array', items: { anyOf: [schemaOf('Verdict'), schemaOf('Problem')] } },
            },
          },
        },
        '202': {
          description: 'Many machines: durable, not judged yet. A batch: at least one of its items is not',
          headers: {
            Location: { schema: { type: 'string' }, description: 'Where its verdict will be: `/v1/inputs/3/88121`.' },
            'Preference-Applied': { schema: { type: 'string' }, description: 'The preferences that were heeded.' },
          },
          content: {
            'application/json': {
              schema: {
                anyOf: [
                  schemaOf('Pending'),
                  {
                    type: 'array',
                    items: { anyOf: [schemaOf('Verdict'), schemaOf('Pending'), schemaOf('Problem')] },
                  },
                ],
              },
            },
          },
        },
        '422': { description: 'Rejected, and recorded', headers: POSITION, content: PROBLEM },
        ...refusals(
          'malformed',
          'unauthenticated',
          'forbidden',
          'too-large',
          'unsupported-media-type',
          'overloaded',
          'quota-exceeded',
          'internal',
          'unavailable',
          'verdict-pending',
        ),
        '409': {
          description: 'Rejected as `conflict` or `id-conflict`, and recorded',
          headers: POSITION,
          content: PROBLEM,
        },
      },
    },
  },
  '/v1/decisions/dry-run': {
    post: {
      operationId: 'dryRun',
      tags: ['decisions'],
      summary: 'The verdict a decision would get now; nothing is recorded',
      description: 'Scope participant.',
      security: [{ bearer: [] }],
      requestBody: { required: true, content: TAKES },
      responses: {
        '200': {
          description: 'Whether it would be accepted, or why not',
          content: { 'application/json': { schema: schemaOf('Verdict') } },
        },
        ...refusals(
          'malformed',
          'unauthenticated',
          'forbidden',
          'too-large',
          'unsupported-media-type',
          'overloaded',
          'quota-exceeded',
          'internal',
          'unavailable',
        ),
      },
    },
  },
} as unknown as OpenAPIObject['paths'];
