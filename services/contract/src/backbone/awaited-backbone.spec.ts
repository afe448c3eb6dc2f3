import { createBackbone, MemoryJournal, MemorySubjectStore } from '@tutti/runtime';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContractApp, createContractApp } from '../contract-app.js';
import { AwaitedBackbone } from './awaited-backbone.js';

let awaited: AwaitedBackbone;
let app: ContractApp;

beforeEach(async () => {
  awaited = new AwaitedBackbone('shop', Date.UTC(2026, 0, 1));
  app = await createContractApp({
    backbone: awaited.served,
    door: awaited.served,
    outcome: async () => '',
    logger: pino({ level: 'silent' }),
  });
});
afterEach(() => app.close());

const get = async (url: string, path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('a backbone whose servers are not there yet', () => {
  it('is alive, not ready, and says what it waits for', async () => {
    const { url } = await app.listen({ host: '127.0.0.1', port: 0 });
    awaited.waitsFor('store-unavailable', 'PostgreSQL at pg:5432 does not answer');
    expect((await get(url, '/health/live')).status).toBe(200);
    expect(await get(url, '/health/ready')).toMatchObject({
      status: 503,
      body: { code: 'unavailable', errors: [{ code: 'store-unavailable' }] },
    });
    const metrics = await fetch(`${url}/metrics`);
    expect(await metrics.text()).toMatch(/^tutti_problem\{code="store-unavailable"\} 1$/m);
  });

  it('refuses everything else as unavailable, to be tried again', async () => {
    const { url } = await app.listen({ host: '127.0.0.1', port: 0 });
    awaited.waitsFor('log-unavailable', 'no broker answers');
    for (const path of ['/v1/subjects/o-1', '/v1/inputs/0/0', '/v1/model', '/v1/verdicts']) {
      const answer = await get(url, path);
      expect(answer, path).toMatchObject({ status: 503, body: { code: 'unavailable', detail: 'no broker answers' } });
    }
    const sent = await fetch(`${url}/v1/decisions`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    expect([sent.status, sent.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('is served once it has come', async () => {
    const { url } = await app.listen({ host: '127.0.0.1', port: 0 });
    const backbone = await createBackbone({
      space: 'shop',
      trust: 'network',
      journal: new MemoryJournal(),
      store: new MemorySubjectStore(),
    });
    const door = { send: async () => [], verdictAt: async () => undefined };
    awaited.has(Object.assign(backbone, door));
    expect(await get(url, '/v1/participants')).toMatchObject({ status: 200, body: { participants: [] } });
    expect((await get(url, '/v1/inputs/0/0')).status).toBe(202);
    await backbone.close();
  });
});
