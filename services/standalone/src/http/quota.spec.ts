import { afterEach, describe, expect, it } from 'vitest';
import { call, decide, event } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
afterEach(() => shop.close());

const place = (who: string, subject: string) => event(who, 'order.place', subject, { seller: 'seller-3', total: 1 });
const batch = (events: unknown[]) =>
  call(shop.url, '/v1/decisions', {
    body: JSON.stringify(events),
    headers: { 'content-type': 'application/cloudevents-batch+json' },
  });

describe('a quota', () => {
  it('refuses what is above it, each participant by itself, until time has passed', async () => {
    shop = await startShop({ quota: 2 });
    expect((await decide(shop.url, place('buyer-1', 'q-1'))).status).toBe(201);
    expect((await decide(shop.url, place('buyer-1', 'q-2'))).status).toBe(201);
    const above = place('buyer-1', 'q-3');
    const refused = await decide(shop.url, above);
    expect(refused).toMatchObject({
      status: 429,
      body: {
        code: 'quota-exceeded',
        recorded: false,
        retryable: true,
        facts: { participant: 'buyer-1', perSecond: 2 },
      },
    });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await decide(shop.url, place('buyer-2', 'q-4'))).status).toBe(201);
    shop.clock.advance(500);
    expect((await decide(shop.url, above)).status).toBe(201);
  });

  it('takes of a batch what fits, in order', async () => {
    shop = await startShop({ quota: 2 });
    const answer = await batch([place('a', 'q-5'), place('b', 'q-6'), place('a', 'q-7'), place('a', 'q-8')]);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body).toMatchObject([
      { accepted: true },
      { accepted: true },
      { accepted: true },
      { code: 'quota-exceeded', status: 429, recorded: false },
    ]);
    expect(await batch([place('a', 'q-9'), place('a', 'q-10')])).toMatchObject({
      status: 429,
      body: { code: 'quota-exceeded' },
    });
  });

  it('counts what it refused', async () => {
    shop = await startShop({ quota: 1 });
    await batch([place('a', 'q-11'), place('a', 'q-12'), place('a', 'q-13')]);
    const { text } = await call(shop.url, '/metrics');
    expect(text).toMatch(/^tutti_refused_total\{code="quota-exceeded"\} 2$/m);
    expect(text).toMatch(/^tutti_quota 1$/m);
  });

  it('is not spent by what is no decision', async () => {
    shop = await startShop({ quota: 1 });
    const { subject: _, ...without } = place('a', 'q-14');
    expect((await decide(shop.url, without as never)).status).toBe(400);
    expect((await decide(shop.url, place('a', 'q-15'))).status).toBe(201);
  });
});
