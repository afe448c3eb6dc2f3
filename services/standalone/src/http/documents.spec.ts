import { Ajv2020 } from 'ajv/dist/2020.js';
import { createContractApp } from '@tutti/contract-service';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { call, decide, event } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let url: string;
beforeAll(async () => {
  shop = await startShop();
  url = shop.url;
});
afterAll(() => shop.close());

describe('/openapi.json', () => {
  it('describes every route that answers, and none that does not', async () => {
    const logger = pino({ level: 'silent' });
    const outcome = async (): Promise<string> => '';
    const { app, routes } = await createContractApp({ backbone: shop.backbone, outcome, logger });
    await app.getHttpAdapter().getInstance().ready();
    const registered = routes
      .routes()
      .filter(
        ({ method, url: path }) => method !== 'HEAD' && method !== 'OPTIONS' && !/^\/(docs|openapi\.json)/.test(path),
      )
      .map(({ method, url: path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const { body } = await call(url, '/openapi.json');
    const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.toSorted()).toEqual([...new Set(registered)].toSorted());
    await app.close();
  });

  it('has answers, refusals and no dangling reference', async () => {
    const { body, text } = await call(url, '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(body.components.schemas, `component ${name}`).toHaveProperty(name!);
    }
    for (const [path, item] of Object.entries(body.paths as Record<string, Record<string, { responses: object }>>)) {
      for (const [method, { responses }] of Object.entries(item)) {
        expect(Object.keys(responses), `${method} ${path}`).toContainEqual(expect.stringMatching(/^20[01]$/));
      }
    }
  });

  it('has a body for every post and put, and the reason for every act', async () => {
    const { body } = await call(url, '/openapi.json');
    type Operation = { requestBody?: object; parameters?: { name: string; in: string }[] };
    for (const [path, item] of Object.entries(body.paths as Record<string, Record<string, Operation>>)) {
      for (const [method, { requestBody, parameters = [] }] of Object.entries(item)) {
        if (method === 'post' || method === 'put') expect(requestBody, `${method} ${path}`).toBeDefined();
        const names = parameters.map(({ name }) => name);
        if (method === 'delete') expect(names, `${method} ${path}`).toContain('because');
        for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(names, `${method} ${path}`).toContain(name);
      }
    }
  });

  it('tells the truth about verdicts and problems', async () => {
    const { body } = await call(url, '/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', ...body });
    const check = (name: string, value: unknown): void => {
      const valid = ajv.validate({ $ref: `openapi#/components/schemas/${name}` }, value);
      expect(ajv.errors ?? [], `${name}`).toEqual([]);
      expect(valid).toBe(true);
    };
    const sent = event('buyer-9', 'order.place', 'd-1', { seller: 'seller-3', total: 1 });
    check('Decision', sent);
    check('Verdict', (await decide(url, sent)).body);
    check('Problem', (await decide(url, { ...sent, id: 'another' })).body);
    check('Problem', (await call(url, '/nowhere')).body);
    for (const [path, name] of [
      ['/v1/subjects/d-1', 'Subject'],
      ['/v1/subjects/d-1/history', 'History'],
      ['/v1/subjects/d-1/next', 'Next'],
      ['/v1/verdicts', 'VerdictPage'],
      ['/v1/edges', 'Edges'],
      ['/v1/model', 'Model'],
      ['/v1/contracts', 'Contracts'],
      ['/v1/contracts/order.ship', 'Contract'],
      ['/v1/policies', 'Policies'],
      ['/v1/participants', 'Participants'],
      ['/v1/tokens', 'Tokens'],
      ['/v1/audit/outcome', 'Outcome'],
      ['/health/live', 'Live'],
      ['/health/ready', 'Health'],
    ] as const) {
      const answer = await call(url, path);
      expect(answer.status, path).toBe(200);
      check(name, answer.body);
    }
  });
});

describe('other documents', () => {
  it('/docs shows it to people', async () => {
    const page = await call(url, '/docs');
    expect(page.headers.get('content-type')).toMatch(/text\/html/);
    expect((await call(url, '/docs/swagger-ui.css')).status).toBe(200);
  });

  it('/asyncapi.yaml describes the messages of the model in force', async () => {
    const answer = await call(url, '/asyncapi.yaml');
    expect(answer.headers.get('content-type')).toMatch(/yaml/);
    expect(parse(answer.text)).toMatchObject({ asyncapi: '3.0.0', channels: { decisions: expect.anything() } });
  });

  it('/metrics counts what was decided and refused', async () => {
    await decide(url, event('buyer-9', 'order.place', 'd-2', { seller: 'seller-3', total: 1 }));
    await decide(url, event('buyer-9', 'order.cancel', 'd-2', { surplus: 1 }));
    await call(url, '/v1/decisions', { body: '', headers: { 'content-type': 'application/json' }, method: 'POST' });
    const { text, headers } = await call(url, '/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/^tutti_verdicts_total\{outcome="accepted",code=""\} [1-9]/m);
    expect(text).toMatch(/^tutti_verdicts_total\{outcome="rejected",code="schema-invalid"\} 1$/m);
    expect(text).toMatch(/^tutti_refused_total\{code="malformed"\} 1$/m);
    expect(text).toMatch(/^tutti_verdict_seconds_count [1-9]/m);
    expect(text).toMatch(/^tutti_partition_revision\{partition="0"\} \d/m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });

  it('/health says that it lives and is ready', async () => {
    expect((await call(url, '/health/live')).body).toEqual({ status: 'ok' });
    const ready = await call(url, '/health/ready');
    expect(ready.body.details.backbone).toMatchObject({ status: 'up', space: 'shop', model: 'shop', modelRevision: 1 });
  });
});
