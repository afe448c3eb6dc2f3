import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser, type AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { createContractApp } from '@tutti/contract-service';
import { ManualClock, startTutti, type TestTutti } from '@tutti/testing';
import type { IntakeDoor } from '@tutti/runtime';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './support/server-process.js';

interface Contract {
  type: string;
  version: number;
  clock: boolean;
  schema: Record<string, unknown>;
}

const ERROR = 0;
let backbone: TestTutti;
let contracts: Contract[];

beforeAll(async () => {
  const model = join(root, 'examples/marketplace/marketplace.tutti.yaml');
  backbone = await startTutti({ model, clock: new ManualClock(Date.parse('2026-03-02T10:00:00Z')) });
  const answer = await fetch(`${backbone.url}/v1/contracts`);
  ({ contracts } = (await answer.json()) as { contracts: Contract[] });
});
afterAll(() => backbone.close());

/** The document at an address, read by AsyncAPI's own parser, which must find nothing wrong. */
async function documentAt(url: string): Promise<AsyncAPIDocumentInterface> {
  const answer = await fetch(`${url}/asyncapi.yaml`);
  expect(answer.status).toBe(200);
  const { document, diagnostics } = await new Parser().parse(await answer.text());
  expect(diagnostics.filter(({ severity }) => severity === ERROR)).toEqual([]);
  return document!;
}

/** The same backbone behind a topic. */
async function withTopics<T>(use: (url: string) => Promise<T>): Promise<T> {
  const door: IntakeDoor = {
    send: () => Promise.resolve([]),
    verdictAt: () => Promise.resolve(undefined),
  };
  const logger = pino({ level: 'silent' });
  const app = await createContractApp({ backbone: backbone.backbone, door, outcome: async () => '', logger });
  try {
    const { url } = await app.listen({ host: '127.0.0.1', port: 0 });
    return await use(url);
  } finally {
    await app.close();
  }
}

/** What the parser adds to a schema is its own business. */
function plain(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key.startsWith('x-parser-') ? undefined : value)));
}

function expectContracts(document: AsyncAPIDocumentInterface, prefix: string): void {
  const sent = contracts.filter(({ clock }) => !clock);
  const messages = document.channels().get('decisions')!.messages();
  expect(
    messages
      .all()
      .map((message) => message.id())
      .toSorted(),
  ).toEqual(sent.map(({ type }) => type).toSorted());
  for (const { type, version, schema } of sent) {
    const message = messages.get(type)!;
    const { $schema: _, ...payload } = schema;
    expect(plain(message.payload()!.json()), type).toEqual(payload);
    expect(message.title()).toBe(`${type}@${version}`);
    const headers = message.headers()!.json() as unknown as { required: string[]; properties: Record<string, unknown> };
    expect(headers.required).toContain(`${prefix}subject`);
    expect(headers.properties[`${prefix}type`]).toMatchObject({ const: type });
  }
}

describe('/asyncapi.yaml', () => {
  it('describes the topics of many machines: every decision with its contract, verdicts, policies, states', async () => {
    await withTopics(async (url) => {
      const document = await documentAt(url);
      const channels = document.channels().all();
      expect(channels.map((channel) => channel.address())).toEqual([
        'marketplace.decisions',
        'marketplace.verdicts',
        'marketplace.policies',
        'marketplace.states',
      ]);
      expectContracts(document, 'ce_');
      for (const channel of channels) {
        const { partitions, topic } = channel.bindings().get('kafka')!.value();
        const isShared = /decisions|verdicts/.test(topic);
        expect(partitions).toBe(isShared ? backbone.backbone.partitions : 1);
      }
      const operations = document.operations().all();
      expect(operations.filter((one) => one.action() === 'receive').map((one) => one.id())).toEqual([
        'receiveDecisions',
      ]);
      for (const operation of operations) expect(operation.security().length).toBeGreaterThan(0);
    });
  });

  it('describes HTTP on one machine, which has no topics', async () => {
    const document = await documentAt(backbone.url);
    expect(
      document
        .channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(['/v1/decisions', '/v1/verdicts/stream']);
    expectContracts(document, 'ce-');
    expect(
      document
        .servers()
        .all()
        .map((server) => server.host()),
    ).toEqual([new URL(backbone.url).host]);
  });

  it('fits what the backbone says: a verdict passes the schema of verdicts', async () => {
    const document = await documentAt(backbone.url);
    const verdict = document.channels().get('verdicts')!.messages().get('verdict')!;
    const { default: Ajv } = await import('ajv/dist/2020.js');
    const { default: addFormats } = await import('ajv-formats');
    const ajv = new Ajv.default({ strict: false });
    addFormats.default(ajv);
    const check = ajv.compile(plain(verdict.payload()!.json()) as object);
    const event = JSON.parse(readFileSync(join(root, 'conformance/http/structured.json'), 'utf8')) as {
      steps: { request: { body: string } }[];
    };
    for (const { request } of event.steps) {
      const answer = await fetch(`${backbone.url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: request.body,
      });
      const body = (await answer.json()) as { verdict?: object };
      expect(check(body.verdict ?? body), JSON.stringify(check.errors)).toBe(true);
    }
  });
});
