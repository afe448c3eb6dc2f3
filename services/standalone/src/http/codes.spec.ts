import { REASON_CODES } from '@tutti/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide, decideInBinaryMode, event, type TestEvent } from '../testing/http.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

const order = { seller: 'seller-3', total: 4200 };
const place = (subject: string): TestEvent => event('buyer-9', 'order.place', subject, order);
const ship = (subject: string, who = 'seller-3'): TestEvent =>
  event(who, 'order.ship', subject, { carrier: 'carrier-1' });

/** What has been decided before, and the decision that fails with the code. */
const cases: { code: string; status: number; given?: TestEvent[]; when: TestEvent; pointer?: string }[] = [
  {
    code: 'envelope-invalid',
    status: 422,
    when: { ...place('c-1'), source: 'buyer-9' },
    pointer: '/source',
  },
  { code: 'unreadable', status: 422, when: place('c-2') },
  {
    code: 'id-conflict',
    status: 409,
    given: [{ ...place('c-3'), id: 'used' }],
    when: { ...place('c-3'), id: 'used', data: { ...order, total: 1 } },
  },
  { code: 'too-old', status: 422, when: { ...place('c-4'), time: '2001-01-01T00:00:00Z' }, pointer: '/time' },
  { code: 'time-ahead', status: 422, when: { ...place('c-5'), time: '2999-01-01T00:00:00Z' }, pointer: '/time' },
  { code: 'unknown-type', status: 422, when: event('buyer-9', 'order.teleport', 'c-6') },
  { code: 'unknown-version', status: 422, when: { ...place('c-7'), dataschema: 'tutti:order.place/99' } },
  {
    code: 'schema-invalid',
    status: 422,
    when: event('buyer-9', 'order.place', 'c-8', { ...order, extra: 1 }),
  },
  { code: 'not-allowed', status: 422, given: [place('c-9')], when: ship('c-9', 'seller-4') },
  {
    code: 'unknown-party',
    status: 422,
    when: event('buyer-9', 'order.place', 'c-10', { ...order, seller: 'no one' }),
    pointer: '/seller',
  },
  {
    code: 'conflict',
    status: 409,
    given: [place('c-11'), event('buyer-9', 'order.cancel', 'c-11')],
    when: ship('c-11'),
  },
  {
    code: 'too-early',
    status: 422,
    given: [place('c-12'), ship('c-12')].slice(0, 1),
    when: event('support-1', 'order.refund', 'c-12'),
  },
  { code: 'undeclared', status: 422, given: [place('c-13')], when: place('c-13') },
  {
    code: 'requirement-failed',
    status: 422,
    when: event('buyer-9', 'order.place', 'c-14', { ...order, total: 100_001 }),
  },
  {
    code: 'requirement-error',
    status: 422,
    when: event('buyer-9', 'order.place', 'c-15', { ...order, total: 9_007_199_254_740_991 }),
  },
];

describe('every reason that HTTP can provoke', () => {
  beforeAll(async () => {
    // The one role that nobody has without being registered.
    await shop.backbone.operate({
      act: 'add-participant',
      participant: 'support-1',
      roles: ['support'],
      by: 'operator',
      because: 'settles complaints',
    });
    await shop.backbone.inForce(
      (
        await shop.backbone.operate({
          act: 'set-roles',
          participant: 'support-1',
          roles: ['support', 'carrier'],
          by: 'operator',
          because: 'also carries',
        })
      ).effectiveEpoch,
    );
  });

  it.each(cases)('$code', async ({ code, status, given = [], when, pointer }) => {
    for (const before of given) expect((await decide(shop.url, before)).status).toBe(201);
    const answer = await (code === 'unreadable' ? decideInBinaryMode(shop.url, when, '{"no') : decide(shop.url, when));
    expect(answer.body).toMatchObject({ code, status, recorded: true });
    expect(answer.status).toBe(status);
    expect(REASON_CODES[code as keyof typeof REASON_CODES]).toMatchObject({ status, retryable: answer.body.retryable });
    expect(answer.body.verdict.reasons[0].code).toBe(code);
    if (pointer !== undefined) expect(answer.body.errors[0].pointer).toBe(pointer);
    const [partition, revision] = answer.body.position.split('-').map(Number);
    expect(await shop.backbone.verdict(partition, revision)).toMatchObject({ accepted: false, reasons: [{ code }] });
  });

  it('covers all that do not need Kafka, a fault of ours, or bytes beyond the limit', () => {
    const elsewhere = ['too-large', 'unauthenticated', 'misrouted', 'quarantined', 'internal-fault'];
    expect([...cases.map(({ code }) => code), ...elsewhere].toSorted()).toEqual(Object.keys(REASON_CODES).toSorted());
  });
});

describe('a fact', () => {
  it('that conflicts is accepted as irregular, and moves nothing', async () => {
    for (const before of [place('f-1'), event('buyer-9', 'order.cancel', 'f-1')]) await decide(shop.url, before);
    const answer = await decide(shop.url, event('carrier-1', 'order.deliver', 'f-1'));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ accepted: true, subject: { state: 'cancelled' } });
    expect(answer.body.irregular[0]).toMatchObject({ code: expect.stringMatching(/^(conflict|undeclared)$/) });
  });
});
