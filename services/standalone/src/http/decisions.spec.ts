import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, decide, decideAll, decideInBinaryMode, event } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let url: string;
beforeAll(async () => {
  shop = await startShop();
  url = shop.url;
});
afterAll(() => shop.close());

const place = (subject: string, more: Record<string, unknown> = {}) =>
  event('buyer-9', 'order.place', subject, { seller: 'seller-3', total: 4200 }, more);

describe('one decision', () => {
  it('is answered with its verdict, durable, and where that stands', async () => {
    const sent = place('order-1');
    const answer = await decide(url, sent);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      accepted: true,
      decision: sent,
      contract: 'order.place@1',
      subject: { id: 'order-1', state: 'placed', sequence: 1, parties: { buyer: 'buyer-9', seller: 'seller-3' } },
      moved: { from: 'new', to: 'placed' },
      input: { via: 'http' },
    });
    expect(answer.headers.get('tutti-position')).toBe(answer.body.position);
    const { partition, revision } = answer.body;
    expect(await shop.backbone.verdict(partition, revision)).toMatchObject({ position: answer.body.position });
  });

  it('in binary mode is the same decision as in structured mode', async () => {
    const sent = place('order-2', { id: 'same' });
    await decide(url, sent);
    const again = await decideInBinaryMode(url, sent, JSON.stringify(sent.data));
    expect(again.status).toBe(201);
    expect(again.headers.get('tutti-duplicate')).toBe('true');
  });

  it('sent again is answered with its first verdict, also where that was a rejection', async () => {
    const sent = event('seller-3', 'order.ship', 'order-1', { carrier: 7 });
    const first = await decide(url, sent);
    const second = await decide(url, sent);
    expect(first.status).toBe(422);
    expect(second.status).toBe(422);
    expect(second.headers.get('tutti-position')).toBe(first.headers.get('tutti-position'));
    expect(second.headers.get('tutti-duplicate')).toBe('true');
    expect(first.headers.get('tutti-duplicate')).toBeNull();
  });

  it('leaves the decision out of the answer where its sender prefers so', async () => {
    const accepted = await decide(url, place('order-3'), { prefer: 'return=minimal' });
    expect(accepted.body).not.toHaveProperty('decision');
    expect(accepted.body).toMatchObject({ accepted: true, subject: { id: 'order-3' } });
    const rejected = await decide(url, place('order-3'), { prefer: 'wait=5, return=minimal' });
    expect(rejected.body.verdict).not.toHaveProperty('decision');
  });
});

describe('a rejection', () => {
  it('is a problem and a recorded verdict at once', async () => {
    const sent = event('buyer-9', 'order.place', 'order-10', { seller: 'seller-3', total: 42.5 });
    const answer = await decide(url, sent);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      type: 'urn:tutti:error:schema-invalid',
      code: 'schema-invalid',
      status: 422,
      recorded: true,
      retryable: false,
      contract: 'order.place@1',
      instance: `/v1/decisions/buyer-9/${sent.id}`,
      errors: [{ code: 'schema-invalid', pointer: '/total', actual: 42.5 }],
      verdict: { accepted: false, decision: sent, subject: { id: 'order-10', state: 'new' } },
    });
    const recorded = await call(url, answer.body.instance as string);
    expect(recorded.body).toEqual(answer.body.verdict);
  });
});

describe('a dry run', () => {
  it('tells the verdict and records nothing', async () => {
    const tails = shop.backbone.tails();
    const sent = place('order-20');
    const answer = await call(url, '/v1/decisions/dry-run', {
      body: JSON.stringify(sent),
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ accepted: true, subject: { state: 'placed' } });
    expect(shop.backbone.tails()).toEqual(tails);
    expect((await call(url, '/v1/subjects/order-20')).status).toBe(404);
  });

  it('tells a rejection too', async () => {
    const answer = await call(url, '/v1/decisions/dry-run', {
      body: JSON.stringify(event('buyer-9', 'order.teleport', 'order-20')),
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ accepted: false, reasons: [{ code: 'unknown-type' }] });
  });
});

describe('a batch', () => {
  it('gets one verdict each, in order, those of one subject judged in that order', async () => {
    const events = [
      place('order-30'),
      event('seller-3', 'order.ship', 'order-30', { carrier: 'carrier-1' }),
      place('order-31'),
      event('buyer-9', 'order.cancel', 'order-30'),
      event('carrier-1', 'order.deliver', 'order-30'),
    ];
    const verdicts = await decideAll(url, events);
    expect(verdicts.map(({ decision }) => (decision as { id: string }).id)).toEqual(events.map(({ id }) => id));
    expect(verdicts.map(({ accepted }) => accepted)).toEqual([true, true, true, false, true]);
    expect(verdicts.at(-1)!.subject).toMatchObject({ state: 'delivered', sequence: 3 });
  });

  it('says which of its items had been judged before', async () => {
    const sent = place('order-32');
    await decide(url, sent);
    const [again, fresh] = await decideAll(url, [sent, place('order-33')]);
    expect(again!.duplicate).toBe(true);
    expect(fresh!.duplicate).toBeUndefined();
  });

  it('answers an item that cannot be taken with its own problem; the others are judged', async () => {
    const answers: unknown[] = await decideAll(url, [place('order-34'), { id: 'x' }, 7, place('order-35')]);
    expect(answers[0]).toMatchObject({ accepted: true });
    expect(answers[1]).toMatchObject({ code: 'malformed', status: 400, recorded: false });
    expect(answers[2]).toMatchObject({ code: 'malformed', status: 400, recorded: false });
    expect(answers[3]).toMatchObject({ accepted: true });
  });

  it('may be empty', async () => {
    expect(await decideAll(url, [])).toEqual([]);
  });

  it('of more than 1,000 is refused whole', async () => {
    const tails = shop.backbone.tails();
    const answer = await call(url, '/v1/decisions', {
      body: JSON.stringify(Array.from({ length: 1001 }, (_, i) => place(`order-b${i}`))),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ code: 'too-large', recorded: false });
    expect(shop.backbone.tails()).toEqual(tails);
  });
});

describe('the verdict on a decision', () => {
  it('is found by who sent it and its id, whatever they are made of', async () => {
    const sent = place('order-40', { id: 'a/b c%?' });
    await decide(url, sent);
    const answer = await call(url, `/v1/decisions/buyer-9/${encodeURIComponent('a/b c%?')}`);
    expect(answer.status).toBe(200);
    expect(answer.body.decision).toEqual(sent);
  });

  it('needs the subject where the id was used for several', async () => {
    await decide(url, place('order-41', { id: 'twice' }));
    await decide(url, place('order-42', { id: 'twice' }));
    const ambiguous = await call(url, '/v1/decisions/buyer-9/twice');
    expect(ambiguous.status).toBe(400);
    expect(ambiguous.body.facts.subjects.toSorted()).toEqual(['order-41', 'order-42']);
    const one = await call(url, '/v1/decisions/buyer-9/twice?subject=order-42');
    expect(one.body.subject.id).toBe('order-42');
  });

  it('is waited for, where the reader prefers so', async () => {
    const reading = call(url, '/v1/decisions/buyer-9/later', { headers: { prefer: 'wait=10' } });
    await decide(url, place('order-43', { id: 'later' }));
    expect((await reading).body).toMatchObject({ accepted: true, decision: { id: 'later' } });
  });

  it('is not-found without waiting, verdict-pending after it', async () => {
    const now = await call(url, '/v1/decisions/buyer-9/never');
    expect(now.status).toBe(404);
    expect(now.body.code).toBe('not-found');
    const waited = await call(url, '/v1/decisions/buyer-9/never', { headers: { prefer: 'wait=0' } });
    expect(waited.status).toBe(504);
    expect(waited.body).toMatchObject({ code: 'verdict-pending', retryable: true });
  });
});
