import { createContractApp } from '@tutti/contract-service';
import { TuttiError } from '@tutti/kernel';
import type { Backbone } from '@tutti/runtime';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, decide, event } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let stop: () => Promise<void>;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());
afterEach(() => stop());

const logged: string[] = [];
const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });

/** The service over the shop's backbone, some of it replaced. */
async function over(replaced: Partial<Backbone>): Promise<string> {
  const backbone = new Proxy(shop.backbone, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  const outcome = async (): Promise<string> => '';
  const app = await createContractApp({ backbone, outcome, logger });
  stop = () => app.close();
  return (await app.listen({ host: '127.0.0.1', port: 0 })).url;
}

const refuse = (code: string, facts = {}): Partial<Backbone> => {
  const error = new TuttiError(code, `${code} it is`, { retryable: true, facts });
  return {
    submit: () => Promise.reject(error),
    submitAll: async (submissions) => submissions.map(() => error),
  };
};
const place = (subject = 'x-1') => event('buyer-9', 'order.place', subject, { seller: 'seller-3', total: 1 });

describe('what callers are told when something is wrong on our side', () => {
  it('overloaded: 429 and when to come back', async () => {
    const url = await over(refuse('overloaded', { retryAfterMs: 1500 }));
    const answer = await decide(url, place());
    expect(answer.body).toMatchObject({ code: 'overloaded', status: 429, recorded: false, retryable: true });
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  it('unavailable: 503, naming what is away, and when to come back', async () => {
    const url = await over(refuse('journal-unavailable'));
    const answer = await decide(url, place());
    expect(answer.body).toMatchObject({
      code: 'unavailable',
      status: 503,
      cause: 'journal-unavailable',
      retryable: true,
    });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('a batch of which nothing was taken is refused whole, so that clients send it again', async () => {
    const url = await over(refuse('unavailable'));
    const answer = await call(url, '/v1/decisions', {
      body: JSON.stringify([place('x-1'), place('x-2')]),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    expect(answer.body).toMatchObject({ code: 'unavailable', status: 503 });
  });

  it('verdict-pending: the wait is over, the decision may yet be recorded', async () => {
    const url = await over({ submit: () => new Promise(() => {}) });
    const answer = await decide(url, place(), { prefer: 'wait=0' });
    expect(answer.body).toMatchObject({ code: 'verdict-pending', status: 504, retryable: true, recorded: false });
  });

  it('internal: an incident id and nothing else; the log has the rest', async () => {
    const url = await over({
      submit: () => Promise.reject(new TypeError('secret')),
      edges: () => Promise.reject(new RangeError('secret too')),
    });
    for (const answer of [await decide(url, place()), await call(url, '/v1/edges')]) {
      expect(answer.body).toMatchObject({ code: 'internal', status: 500, recorded: false });
      expect(answer.text).not.toMatch(/secret|Error|\.js/);
      expect(logged.join('')).toContain(answer.body.incident);
    }
    expect(logged.join('')).toMatch(/secret too/);
  });

  it('readiness: 503 names what is away, in words and by code', async () => {
    const status = { ...shop.backbone.status(), ready: false };
    const problems = [{ code: 'journal-unavailable', detail: 'the journal does not answer', sinceMs: 0 }];
    const url = await over({ status: () => ({ ...status, problems }) });
    const answer = await call(url, '/health/ready');
    expect(answer.body).toMatchObject({
      code: 'unavailable',
      status: 503,
      detail: 'the journal does not answer',
      errors: [{ code: 'journal-unavailable' }],
      details: { backbone: { status: 'down', space: 'shop' } },
    });
    expect((await call(url, '/health/live')).status).toBe(200);
    const { text } = await call(url, '/metrics');
    expect(text).toMatch(/^tutti_ready 0$/m);
    expect(text).toMatch(/^tutti_problem\{code="journal-unavailable"\} 1$/m);
  });
});

describe('a shutdown', () => {
  it('answers what was taken, ends streams, and takes nothing more', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let taken: () => void = () => {};
    const arrived = new Promise<void>((resolve) => (taken = resolve));
    const url = await over({
      async submit(sent, authentication) {
        taken();
        await held;
        return shop.backbone.submit(sent, authentication);
      },
    });
    const stream = await fetch(`${url}/v1/verdicts/stream`);
    const answer = decide(url, place('shutdown-1'));
    await arrived;
    const closing = stop();
    stop = () => closing;
    await stream.text();
    release();
    expect((await answer).status).toBe(201);
    await closing;
    await expect(fetch(url)).rejects.toThrow();
  });
});
