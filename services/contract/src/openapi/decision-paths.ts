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
        'Scope participant; the token must belong to `source`. Answers with the verdict once it is durable. A batch answers 200 with one item each, in order: a verdict, or a problem whose `recorded` is false.',
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
        '422': { description: 'Rejected, and recorded', headers: POSITION, content: PROBLEM },
        ...refusals(
          'malformed',
          'unauthenticated',
          'forbidden',
          'too-large',
          'unsupported-media-type',
          'overloaded',
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
          'internal',
          'unavailable',
        ),
      },
    },
  },
} as unknown as OpenAPIObject['paths'];
