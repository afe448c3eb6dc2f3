import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, decide, event, operate } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let url: string;
beforeAll(async () => {
  shop = await startShop();
  url = shop.url;
});
afterAll(() => shop.close());

const because = 'a test';
const KEY = 'A'.repeat(42) + 'E';

describe('the registry', () => {
  it('adds a participant with roles, in force when it answers', async () => {
    const added = await operate(url, 'POST', '/v1/participants', {
      id: 'support-1',
      roles: ['support'],
      because,
      by: 'ops-1',
    });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      participant: { id: 'support-1', roles: ['support'], suspended: false, keys: [] },
      inForce: true,
    });
    expect(shop.backbone.regime().participants.get('support-1')?.roles).toEqual(['support']);
    expect((await call(url, '/v1/participants/support-1')).body).toEqual(added.body.participant);
    const { body } = await call(url, '/v1/participants');
    expect(body.participants.map(({ id }: { id: string }) => id)).toContain('support-1');
  });

  it('changes roles, and judges by them', async () => {
    await operate(url, 'POST', '/v1/participants', { id: 'buyer-1', roles: ['carrier'], because });
    const place = () => event('buyer-1', 'order.place', 'r-1', { seller: 'seller-3', total: 1 });
    expect((await decide(url, place())).body.code).toBe('not-allowed');
    const set = await operate(url, 'PUT', '/v1/participants/buyer-1/roles', { roles: ['buyer'], because });
    expect(set.body.participant.roles).toEqual(['buyer']);
    expect((await call(url, '/v1/participants/buyer-1/roles')).body).toEqual({ roles: ['buyer'] });
    expect((await decide(url, place())).status).toBe(201);
  });

  it('suspends, and lets back in', async () => {
    await operate(url, 'POST', '/v1/participants', { id: 'buyer-2', roles: ['buyer'], because });
    const place = () => event('buyer-2', 'order.place', 'r-2', { seller: 'seller-3', total: 1 });
    await operate(url, 'PUT', '/v1/participants/buyer-2/suspension', { suspended: true, because });
    expect((await decide(url, place())).body.code).toBe('not-allowed');
    await operate(url, 'PUT', '/v1/participants/buyer-2/suspension', { suspended: false, because });
    expect((await decide(url, place())).status).toBe(201);
  });

  it('adds keys, and retires them', async () => {
    await operate(url, 'POST', '/v1/participants', { id: 'carrier-1', roles: ['carrier'], because });
    const added = await operate(url, 'POST', '/v1/participants/carrier-1/keys', { publicKey: KEY, because });
    expect(added.body.participant.keys).toEqual([{ kid: 'carrier-1#1', publicKey: KEY }]);
    const path = `/v1/participants/carrier-1/keys/${encodeURIComponent('carrier-1#1')}?because=lost`;
    expect((await operate(url, 'DELETE', path)).body.participant.keys).toEqual([]);
    expect((await call(url, '/v1/participants/carrier-1/keys')).body).toEqual({ keys: [] });
    expect((await operate(url, 'DELETE', path)).body).toMatchObject({ code: 'not-found', status: 404 });
  });

  it('knows nobody who is not in it', async () => {
    expect((await call(url, '/v1/participants/nobody')).body).toMatchObject({ code: 'not-found', status: 404 });
    const set = await operate(url, 'PUT', '/v1/participants/nobody/roles', { roles: ['buyer'], because });
    expect(set.body).toMatchObject({ code: 'not-found', status: 404 });
  });

  it('wants a reason for every act', async () => {
    const { revision } = (await call(url, '/v1/participants')).body;
    const acts = [
      operate(url, 'POST', '/v1/participants', { id: 'x', roles: [] }),
      operate(url, 'POST', '/v1/participants', { id: 'x', roles: [], because: '' }),
      operate(url, 'PUT', '/v1/participants/support-1/roles', { roles: [] }),
      operate(url, 'PUT', '/v1/participants/support-1/suspension', { suspended: true }),
      operate(url, 'POST', '/v1/tokens', { participant: 'x', scopes: ['auditor'] }),
      operate(url, 'DELETE', `/v1/tokens/${'0'.repeat(64)}`),
    ];
    for (const { status, body } of await Promise.all(acts)) {
      expect(status).toBe(400);
      expect(body.errors).toContainEqual(expect.objectContaining({ pointer: '/because' }));
    }
    expect((await call(url, '/v1/participants')).body.revision).toBe(revision);
  });

  it('refuses a role that the model does not have', async () => {
    const answer = await operate(url, 'POST', '/v1/participants', { id: 'x', roles: ['wizard'], because });
    expect(answer.body).toMatchObject({ code: 'malformed', status: 400 });
  });
});
