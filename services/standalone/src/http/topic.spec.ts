import { type ContractApp, type ContractAppOptions, createContractApp } from '@tutti/contract-service';
import { TuttiError } from '@tutti/kernel';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldDoor } from '../testing/held-door.js';
import { type Answered, call, decide, event, operate } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

const OPERATOR = 'operator-token-of-at-least-32-characters';

let shop: ShopServer;
let door: HeldDoor;
let app: ContractApp;
let url: string;

/** The gateway in front of a topic; the shop's backbone judges what the test lets it. */
async function serve(options: Partial<ContractAppOptions> = {}): Promise<void> {
  app = await createContractApp({
    backbone: shop.backbone,
    door,
    outcome: async () => '',
    logger: pino({ level: 'silent' }),
    ...options,
  });
  ({ url } = await app.listen({ host: '127.0.0.1', port: 0 }));
}

beforeEach(async () => {
  shop = await startShop();
  door = new HeldDoor(shop.backbone);
});
afterEach(async () => {
  await app.close();
  await shop.close();
});

const place = (subject: string, more = {}) =>
  event('buyer-9', 'order.place', subject, { seller: 'seller-3', total: 1 }, more);
const wait = (seconds: number) => ({ prefer: `wait=${seconds}` });
const batch = (events: unknown[], headers: Record<string, string> = {}): Promise<Answered> =>
  call(url, '/v1/decisions', {
    body: JSON.stringify(events),
    headers: { 'content-type': 'application/cloudevents-batch+json', ...headers },
  });

describe('a decision over HTTP in front of the topic', () => {
  it('is answered with its place, then with its verdict there', async () => {
    await serve();
    const sent = await decide(url, place('t-1'));
    expect(sent.status).toBe(202);
    expect(sent.headers.get('location')).toBe('/v1/inputs/0/0');
    expect(sent.headers.get('preference-applied')).toBeNull();
    expect(sent.body).toEqual({ input: { topic: 'shop.decisions', partition: 0, offset: 0 } });

    const early = await call(url, '/v1/inputs/0/0');
    expect(early).toMatchObject({ status: 202, body: sent.body });
    expect(early.headers.get('retry-after')).toBe('1');

    await door.judge();
    const verdict = await call(url, '/v1/inputs/0/0');
    expect(verdict).toMatchObject({ status: 200, body: { accepted: true, subject: { id: 't-1', state: 'placed' } } });
    expect(verdict.headers.get('tutti-position')).toBe(verdict.body.position);
  });

  it('that prefers to wait gets its verdict as on one machine', async () => {
    door.judgesAtOnce = true;
    await serve();
    const accepted = await decide(url, place('t-2'), wait(5));
    expect(accepted).toMatchObject({ status: 201, body: { accepted: true } });
    expect(accepted.headers.get('preference-applied')).toBe('wait=5');
    expect(accepted.headers.get('tutti-position')).toBe(accepted.body.position);
    const refused = await decide(url, place('t-2'), { prefer: 'return=minimal, wait=5' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'undeclared', recorded: true } });
    expect(refused.body.verdict.decision).toBeUndefined();
    expect(refused.headers.get('preference-applied')).toBe('wait=5, return=minimal');
  });

  it('is answered with its place where the verdict does not come in time', async () => {
    door.patient = false;
    await serve();
    const late = await decide(url, place('t-3'), wait(5));
    expect(late.status).toBe(202);
    expect(late.headers.get('preference-applied')).toBe('wait=5');
    expect((await decide(url, place('t-3'), wait(0))).headers.get('location')).toBe('/v1/inputs/0/1');
  });

  it('that was decided before gets the first verdict again', async () => {
    door.judgesAtOnce = true;
    await serve();
    const sent = place('t-4');
    await decide(url, sent, wait(5));
    const again = await decide(url, sent, wait(5));
    expect([again.status, again.headers.get('tutti-duplicate')]).toEqual([201, 'true']);
    expect((await call(url, '/v1/inputs/0/1')).headers.get('tutti-duplicate')).toBe('true');
  });

  it('is judged by nobody but the topic: what is about the decision is not refused', async () => {
    door.judgesAtOnce = true;
    await serve();
    const wrong = { ...place('t-5'), source: 'buyer-9' };
    expect(await decide(url, wrong)).toMatchObject({ status: 202 });
    expect(await call(url, '/v1/inputs/0/0')).toMatchObject({
      status: 200,
      body: { accepted: false, reasons: [{ code: 'envelope-invalid' }] },
    });
  });

  it('without a readable subject is refused, and not sent', async () => {
    await serve();
    const { subject: _, ...without } = place('t-6');
    expect(await decide(url, without as never)).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(door.inputs).toEqual([]);
  });

  it('is refused as unavailable while the broker is away', async () => {
    door.fault = new TuttiError('log-unavailable', 'no broker answers', { retryable: true });
    await serve();
    const answer = await decide(url, place('t-7'));
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable', cause: 'log-unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('that waits is answered when the server shuts down', async () => {
    await serve();
    const waits = door.waitedFor();
    const answer = decide(url, place('t-8'), wait(60));
    await waits;
    await app.close();
    expect((await answer).status).toBe(202);
  });
});

describe('a batch in front of the topic', () => {
  it('has a place for each, or a problem', async () => {
    await serve();
    const { subject: _, ...without } = place('b-0');
    const answer = await batch([place('b-1'), without, place('b-2')]);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject([
      { input: { partition: 0, offset: 0 } },
      { code: 'malformed', recorded: false },
      { input: { partition: 0, offset: 1 } },
    ]);
  });

  it('that prefers to wait has the verdicts that came in time, and places for the rest', async () => {
    door.judgesAtOnce = true;
    await serve();
    const done = await batch([place('b-3'), place('b-3')], wait(5));
    expect(done.status).toBe(200);
    expect(done.headers.get('preference-applied')).toBe('wait=5');
    expect(done.body).toMatchObject([{ accepted: true }, { accepted: false }]);
    door.judgesAtOnce = false;
    door.patient = false;
    const late = await batch([place('b-4')], wait(5));
    expect(late).toMatchObject({ status: 202, body: [{ input: { offset: 2 } }] });
  });
});

describe('an input', () => {
  it('waits for its verdict where that is preferred', async () => {
    await serve();
    await decide(url, place('i-1'));
    const waits = door.waitedFor();
    const answer = call(url, '/v1/inputs/0/0', { headers: wait(30) });
    await waits;
    await door.judge();
    const verdict = await answer;
    expect(verdict).toMatchObject({ status: 200, body: { accepted: true } });
    expect(verdict.headers.get('preference-applied')).toBe('wait=30');
  });

  it.each(['/v1/inputs/0/7', '/v1/inputs/9/0', '/v1/inputs/0/-1', '/v1/inputs/x/0', '/v1/inputs/0/1e3'])(
    'is not found beyond the topic: %s',
    async (path) => {
      await serve();
      await decide(url, place('i-2'));
      expect(await call(url, path)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    },
  );

  it('is read by those who may read its verdict', async () => {
    door.judgesAtOnce = true;
    await serve({ access: { mode: 'tokens', operatorToken: OPERATOR } });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const tokenOf = async (participant: string): Promise<Record<string, string>> => {
      const body = { participant, scopes: ['participant'], because: 'a test' };
      const { body: issued } = await operate(url, 'POST', '/v1/tokens', body, bearer(OPERATOR));
      return bearer(issued.token as string);
    };
    const [buyer, seller, other] = [await tokenOf('buyer-9'), await tokenOf('seller-3'), await tokenOf('buyer-8')];
    expect((await decide(url, place('i-3'), other)).status).toBe(401);
    expect((await decide(url, place('i-3'), buyer)).status).toBe(202);
    for (const headers of [buyer, seller, bearer(OPERATOR)]) {
      expect((await call(url, '/v1/inputs/0/0', { headers })).status).toBe(200);
    }
    expect(await call(url, '/v1/inputs/0/0', { headers: other })).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    expect((await call(url, '/v1/inputs/0/0')).status).toBe(401);
  });

  it('does not exist on one machine, and the answer says why', async () => {
    await serve();
    const answer = await call(shop.url, '/v1/inputs/0/0');
    expect(answer).toMatchObject({ status: 404, body: { code: 'no-intake', recorded: false } });
  });
});

describe('a space that trusts nobody on its network', () => {
  it('wants a signature where the gateway cannot vouch for tokens', async () => {
    await shop.close();
    shop = await startShop({ trust: 'signed', access: { operatorToken: OPERATOR } });
    door = new HeldDoor(shop.backbone);
    const { effectiveEpoch } = await shop.backbone.operate({
      act: 'add-participant',
      participant: 'buyer-9',
      roles: ['buyer'],
      by: 'operator',
      because: 'a test',
    });
    await shop.backbone.inForce(effectiveEpoch);
    const issue = { participant: 'buyer-9', scopes: ['participant'], because: 'a test' };
    const operator = { authorization: `Bearer ${OPERATOR}` };
    const { body } = await operate(shop.url, 'POST', '/v1/tokens', issue, operator);
    const buyer = { authorization: `Bearer ${body.token as string}` };
    await serve({ access: { mode: 'tokens' }, vouches: false });
    const refused = await decide(url, place('v-1'), buyer);
    expect(refused).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(refused.body.mend).toContain('TUTTI_GATEWAY_SECRET');
    await app.close();
    await serve({ access: { mode: 'tokens' }, vouches: true });
    expect((await decide(url, place('v-1'), buyer)).status).toBe(202);
    expect(door.inputs[0]!.authentication).toEqual({ how: 'token', participant: 'buyer-9' });
  });
});
