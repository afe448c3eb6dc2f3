import { connect } from 'node:net';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { signEvent } from '@tutti/contracts';
import type { JsonObject } from '@tutti/kernel';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { call, decide, event, operate } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
afterEach(() => shop.close());

const OPERATOR = 'operator-token-of-at-least-32-characters';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const place = (who: string, subject: string) => event(who, 'order.place', subject, { seller: 'seller-3', total: 1 });

async function tokenOf(participant: string, scopes: string[]): Promise<string> {
  const body = { participant, scopes, because: 'a test' };
  const answer = await operate(shop.url, 'POST', '/v1/tokens', body, bearer(OPERATOR));
  expect(answer.status).toBe(201);
  return answer.body.token as string;
}

describe('open access', () => {
  it('lets everybody do everything, and believes sources', async () => {
    shop = await startShop();
    expect(shop.open).toBe(true);
    expect((await decide(shop.url, place('anybody', 'a-1'))).status).toBe(201);
    expect((await call(shop.url, '/v1/edges')).status).toBe(200);
  });

  it('does not take a token that nobody issued', async () => {
    shop = await startShop();
    const answer = await decide(shop.url, place('anybody', 'a-1'), bearer('made-up'));
    expect(answer.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
  });

  it('ends with the first operator token', async () => {
    shop = await startShop();
    const body = { participant: 'ops-1', scopes: ['operator'], because: 'a test' };
    const issued = await operate(shop.url, 'POST', '/v1/tokens', body);
    expect(issued.status).toBe(201);
    expect(shop.open).toBe(false);
    expect((await call(shop.url, '/v1/edges')).status).toBe(401);
    expect((await call(shop.url, '/v1/edges', { headers: bearer(issued.body.token as string) })).status).toBe(200);
  });

  it('is refused on an address that others reach', async () => {
    shop = await startShop();
    await expect(startShop({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'open-access' });
  });
});

describe('open access under another name', () => {
  const get = (port: number, host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`GET /v1/model HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      });
      let text = '';
      socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });

  it('is refused: a page of somebody else may have pointed its name here', async () => {
    shop = await startShop();
    for (const host of ['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      expect(await get(shop.port, host)).toMatch(/^HTTP\/1\.1 403 [^]*"code":"forbidden"/);
    }
    for (const host of ['localhost', `127.0.0.1:${shop.port}`, '[::1]:80']) {
      expect(await get(shop.port, host)).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  it('does not matter where a token is needed', async () => {
    shop = await startShop({ access: { operatorToken: OPERATOR } });
    expect(await get(shop.port, 'tutti.example')).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('access by token', () => {
  it('wants a token, that it belongs to the source, and its scope; nothing is recorded before', async () => {
    shop = await startShop({ access: { operatorToken: OPERATOR } });
    const seller = await tokenOf('seller-3', ['participant']);
    const auditor = await tokenOf('auditor-1', ['auditor']);
    const tails = shop.backbone.tails();

    const none = await decide(shop.url, place('seller-3', 't-1'));
    expect(none.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    const others = await decide(shop.url, place('buyer-9', 't-1'), bearer(seller));
    expect(others.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
    const unscoped = await decide(shop.url, place('auditor-1', 't-1'), bearer(auditor));
    expect(unscoped.body).toMatchObject({ code: 'forbidden', status: 403, recorded: false });
    const notOperator = await call(shop.url, '/v1/edges', { headers: bearer(seller) });
    expect(notOperator.body).toMatchObject({ code: 'forbidden', status: 403, recorded: false });
    expect(shop.backbone.tails()).toEqual(tails);

    const buyer = await tokenOf('buyer-9', ['participant']);
    const own = await decide(shop.url, place('buyer-9', 't-1'), bearer(buyer));
    expect(own.status).toBe(201);
    expect(own.body.auth).toBe('token');
  });

  it('lets participants read what they sent and what they are a party to, and nothing else', async () => {
    shop = await startShop({ access: { operatorToken: OPERATOR } });
    const [buyer, seller, other] = await Promise.all(
      ['buyer-9', 'seller-3', 'buyer-8'].map((id) => tokenOf(id, ['participant'])),
    );
    const sent = place('buyer-9', 't-2');
    await decide(shop.url, sent, bearer(buyer!));
    for (const path of ['/v1/subjects/t-2', '/v1/subjects/t-2/history', '/v1/subjects/t-2/next']) {
      expect((await call(shop.url, path, { headers: bearer(buyer!) })).status).toBe(200);
      expect((await call(shop.url, path, { headers: bearer(seller!) })).status).toBe(200);
      expect((await call(shop.url, path, { headers: bearer(other!) })).body).toMatchObject({ code: 'not-found' });
      expect((await call(shop.url, path, { headers: bearer(OPERATOR) })).status).toBe(200);
      expect((await call(shop.url, path)).status).toBe(401);
    }
    const path = `/v1/decisions/buyer-9/${sent.id}`;
    expect((await call(shop.url, path, { headers: bearer(seller!) })).status).toBe(200);
    expect((await call(shop.url, path, { headers: bearer(other!) })).status).toBe(404);
    const pages = await Promise.all(
      [buyer, seller, other].map((token) => call(shop.url, '/v1/verdicts', { headers: bearer(token!) })),
    );
    expect(pages.map(({ body }) => body.verdicts.length)).toEqual([1, 1, 0]);
    const mine = await call(shop.url, '/v1/verdicts?mine=buyer-9', { headers: bearer(other!) });
    expect(mine.body).toMatchObject({ code: 'forbidden', status: 403 });
  });

  it('ends with the token', async () => {
    shop = await startShop({ access: { operatorToken: OPERATOR } });
    const token = await tokenOf('buyer-9', ['participant']);
    const { body } = await call(shop.url, '/v1/tokens', { headers: bearer(OPERATOR) });
    expect(body.tokens).toMatchObject([{ participant: 'buyer-9', scopes: ['participant'] }]);
    const path = `/v1/tokens/${body.tokens[0].hash}?because=lost`;
    expect((await operate(shop.url, 'DELETE', path, undefined, bearer(OPERATOR))).status).toBe(200);
    expect((await decide(shop.url, place('buyer-9', 't-3'), bearer(token))).status).toBe(401);
  });

  it('takes JWTs of the configured issuer', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
    const oidc = { issuer: 'https://id.example', audience: 'tutti', keys: createLocalJWKSet({ keys: [jwk] }) };
    shop = await startShop({ access: { oidc } });
    const jwt = (sub: string, scope: string, audience = 'tutti') =>
      new SignJWT({ scope })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer('https://id.example')
        .setAudience(audience)
        .setSubject(sub)
        .setExpirationTime('5m')
        .sign(privateKey);
    const good = await jwt('buyer-9', 'openid tutti:participant');
    expect((await decide(shop.url, place('buyer-9', 't-4'), bearer(good))).status).toBe(201);
    expect((await decide(shop.url, place('buyer-8', 't-4'), bearer(good))).status).toBe(401);
    const foreign = await jwt('buyer-9', 'participant', 'another');
    expect((await decide(shop.url, place('buyer-9', 't-4'), bearer(foreign))).body.code).toBe('unauthenticated');
    const unscoped = await jwt('buyer-9', 'openid');
    expect((await decide(shop.url, place('buyer-9', 't-4'), bearer(unscoped))).body.code).toBe('forbidden');
  });
});

describe('signatures', () => {
  const keyPair = () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    return { privateKey, publicKey: publicKey.export({ format: 'jwk' }).x! };
  };
  const signed = (sent: ReturnType<typeof place>, key: KeyObject, kid: string) => ({
    ...sent,
    signature: signEvent(sent as unknown as JsonObject, key, kid),
  });

  it('are wanted from whoever has registered a key, everywhere', async () => {
    shop = await startShop();
    const { privateKey, publicKey } = keyPair();
    const body = { id: 'buyer-9', roles: ['buyer'], publicKey, because: 'a test' };
    expect((await operate(shop.url, 'POST', '/v1/participants', body)).body).toMatchObject({ inForce: true });
    const tails = shop.backbone.tails();
    const plain = await decide(shop.url, place('buyer-9', 's-1'));
    expect(plain.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
    const wrong = await decide(shop.url, signed(place('buyer-9', 's-1'), keyPair().privateKey, 'buyer-9#1'));
    expect(wrong.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
    expect(shop.backbone.tails()).toEqual(tails);
    const right = await decide(shop.url, signed(place('buyer-9', 's-1'), privateKey, 'buyer-9#1'));
    expect(right.status).toBe(201);
    expect(right.body.auth).toBe('signature buyer-9#1');
  });

  it('stand in for tokens where the network is not trusted', async () => {
    shop = await startShop({ trust: 'signed' });
    const unknown = await decide(shop.url, place('buyer-9', 's-2'));
    expect(unknown.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
    const { privateKey, publicKey } = keyPair();
    await operate(shop.url, 'POST', '/v1/participants', {
      id: 'buyer-9',
      roles: ['buyer'],
      publicKey,
      because: 'a test',
    });
    await operate(shop.url, 'POST', '/v1/participants', { id: 'seller-3', roles: ['seller'], because: 'a test' });
    expect((await decide(shop.url, signed(place('buyer-9', 's-2'), privateKey, 'buyer-9#1'))).status).toBe(201);
    const unproven = await decide(shop.url, event('seller-3', 'order.ship', 's-2', { carrier: 'c' }));
    expect(unproven.body).toMatchObject({ code: 'unauthenticated', status: 401, recorded: false });
  });
});
