import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, decide, event, operate } from '../testing/http.js';
import { SHOP, SHOP_BREAKING, SHOP_WIDER } from '../testing/shop.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let url: string;
beforeEach(async () => {
  shop = await startShop();
  url = shop.url;
});
afterEach(() => shop.close());

const because = 'a test';
const place = (subject: string) => event('buyer-9', 'order.place', subject, { seller: 'seller-3', total: 1 });

describe('the model', () => {
  it('says what is in force, who published it and why', async () => {
    const answer = await call(url, '/v1/model');
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.body).toMatchObject({
      model: 'shop',
      revision: 1,
      inForce: 1,
      contracts: { 'order.place': 1, 'order.close': 1 },
      policies: { limits: 1 },
      definition: { model: 'shop' },
    });
    expect(answer.body.because).not.toBe('');
    expect((await call(url, '/v1/model?revision=9')).status).toBe(404);
  });

  it('is replaced whole, in force when it answers; subjects under way keep theirs', async () => {
    await decide(url, place('m-1'));
    const published = await operate(url, 'PUT', '/v1/model', { yaml: SHOP_WIDER, because }, { 'if-match': '"1"' });
    expect(published.status).toBe(200);
    expect(published.body).toMatchObject({
      revision: 2,
      changed: true,
      inForce: true,
      contracts: { 'order.place': 2, 'order.ship': 1 },
    });
    expect((await decide(url, place('m-2'))).body.contract).toBe('order.place@2');
    expect((await decide(url, event('seller-3', 'order.ship', 'm-1', { carrier: 'c' }))).body.model).toBe(1);
  });

  it('may be sent as the text it is', async () => {
    const answer = await call(url, '/v1/model?because=a%20test', {
      method: 'PUT',
      body: SHOP_WIDER,
      headers: { 'content-type': 'application/yaml' },
    });
    expect(answer.body).toMatchObject({ revision: 2, changed: true });
  });

  it('does not change where the content is the same', async () => {
    const answer = await operate(url, 'PUT', '/v1/model', { yaml: SHOP, because });
    expect(answer.body).toMatchObject({ revision: 1, changed: false });
  });

  it('that has errors is refused with each in its place; the old one stays', async () => {
    const wrong = SHOP.replace('placed -> shipped', 'placed -> shiped');
    const answer = await operate(url, 'PUT', '/v1/model', { yaml: wrong, file: 'shop.tutti.yaml', because });
    expect(answer.body).toMatchObject({ code: 'model-invalid', status: 422, recorded: false });
    expect(answer.body.errors[0]).toMatchObject({
      file: 'shop.tutti.yaml',
      line: wrong.slice(0, wrong.indexOf('shiped')).split('\n').length,
      column: expect.any(Number),
      message: expect.any(String),
    });
    expect((await decide(url, place('m-3'))).status).toBe(201);
  });

  it('that breaks participants is refused with the differences, unless it may', async () => {
    const refused = await operate(url, 'PUT', '/v1/model', { yaml: SHOP_BREAKING, because });
    expect(refused.body).toMatchObject({ code: 'incompatible', status: 409, recorded: false });
    expect(refused.body.errors).toContainEqual(
      expect.objectContaining({ breaking: true, of: expect.objectContaining({ name: 'order.ship' }) }),
    );
    const published = await operate(url, 'PUT', '/v1/model', { yaml: SHOP_BREAKING, because, breaking: true });
    expect(published.body).toMatchObject({ revision: 2, changed: true });
  });

  it('is not replaced where somebody else was faster', async () => {
    await operate(url, 'PUT', '/v1/model', { yaml: SHOP_WIDER, because });
    const late = await operate(url, 'PUT', '/v1/model', { yaml: SHOP, because, breaking: true }, { 'if-match': '"1"' });
    expect(late.body).toMatchObject({ code: 'revision-mismatch', status: 412, recorded: false });
    const odd = await operate(url, 'PUT', '/v1/model', { yaml: SHOP, because }, { 'if-match': 'soon' });
    expect(odd.body).toMatchObject({ code: 'malformed', status: 400 });
  });

  it('wants a reason, and a model', async () => {
    expect((await operate(url, 'PUT', '/v1/model', { yaml: SHOP })).body.errors[0].pointer).toBe('/because');
    expect((await operate(url, 'PUT', '/v1/model', { because })).body).toMatchObject({ code: 'malformed' });
    expect((await operate(url, 'PUT', '/v1/model', { definition: { model: 'x' }, because })).body).toMatchObject({
      code: 'model-invalid',
    });
  });

  it('is compared without being published', async () => {
    const { body } = await operate(url, 'POST', '/v1/model/diff', { yaml: SHOP_BREAKING });
    expect(body).toMatchObject({ from: 1, breaking: true, contracts: { 'order.ship': 2 } });
    expect((await call(url, '/v1/model')).body.revision).toBe(1);
  });
});

describe('contracts and policies', () => {
  it('are told with schema, version and use', async () => {
    await decide(url, place('m-4'));
    const answer = await call(url, '/v1/contracts/order.place');
    expect(answer.body).toMatchObject({
      type: 'order.place',
      version: 1,
      inForce: 1,
      moves: [{ from: 'new', to: 'placed' }],
      schema: { type: 'object' },
      used: { 1: 1 },
    });
    expect((await call(url, '/v1/contracts/order.place/1')).body).toEqual(answer.body);
    expect((await call(url, '/v1/contracts/order.place/7')).body).toMatchObject({ code: 'not-found' });
    expect((await call(url, '/v1/contracts/order.fly')).body).toMatchObject({ code: 'not-found' });
    expect((await call(url, '/v1/contracts')).body.contracts).toHaveLength(6);
  });

  it('policies are at their defaults', async () => {
    const { body } = await call(url, '/v1/policies');
    expect(body.policies).toMatchObject([{ name: 'limits', revision: 1, parameters: { most: 100_000 } }]);
    expect((await call(url, '/v1/policies/limits')).body).toEqual(body.policies[0]);
    expect((await call(url, '/v1/policies/none')).body).toMatchObject({ code: 'not-found' });
  });
});

describe('subjects', () => {
  it('tell their state, their history, and who may do what now', async () => {
    await decide(url, place('m-5'));
    await decide(url, event('seller-4', 'order.ship', 'm-5', { carrier: 'c' }));
    const subject = await call(url, '/v1/subjects/m-5');
    expect(subject.body).toMatchObject({
      id: 'm-5',
      type: 'order',
      state: 'placed',
      sequence: 1,
      keeps: { total: 1 },
      verdicts: 2,
    });
    const { body } = await call(url, '/v1/subjects/m-5/history');
    expect(body.verdicts.map(({ accepted }: { accepted: boolean }) => accepted)).toEqual([true, false]);
    const page = await call(url, '/v1/subjects/m-5/history?limit=1');
    expect(page.body.verdicts).toHaveLength(1);
    const rest = await call(url, `/v1/subjects/m-5/history?limit=1&after=${page.body.next}`);
    expect(rest.body.verdicts[0].accepted).toBe(false);
    const next = await call(url, '/v1/subjects/m-5/next');
    expect(next.body).toMatchObject({
      state: 'placed',
      next: [
        { type: 'order.ship', by: [{ role: 'seller', participant: 'seller-3' }], to: 'shipped' },
        { type: 'order.cancel' },
      ],
    });
    expect((await call(url, '/v1/subjects/none')).body).toMatchObject({ code: 'not-found' });
  });

  it('what the model has no answer for is told by its signature', async () => {
    await decide(url, place('m-6'));
    await decide(url, place('m-6'));
    await decide(url, event('buyer-9', 'order.return', 'm-6'));
    const { body } = await call(url, '/v1/edges');
    expect(body.edges.map(({ code, type, count }: Record<string, unknown>) => [code, type, count])).toEqual(
      expect.arrayContaining([
        ['undeclared', 'order.place', 1],
        ['unknown-type', 'order.return', 1],
      ]),
    );
  });

  it('the outcome hash changes with every verdict', async () => {
    const before = (await call(url, '/v1/audit/outcome')).body.outcome;
    await decide(url, place('m-7'));
    const after = (await call(url, '/v1/audit/outcome')).body.outcome;
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(after).toMatch(/^[0-9a-f]{64}$/);
    expect(after).not.toBe(before);
  });
});
