import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type ConnectOptions, NotRecordedError, TimeoutError, type Tutti, UnavailableError } from './index.js';
import { breaksOff, refuses, ServerDouble, type Trouble } from './testing/server-double.js';

let backbone: ServerDouble;
const open: Tutti[] = [];

beforeEach(async () => {
  backbone = await ServerDouble.start();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((tutti) => tutti.close()));
  await backbone.stop();
});

async function client(options: ConnectOptions = {}): Promise<Tutti> {
  const tutti = await connect({ url: backbone.url, participant: 'seller-3', ...options });
  open.push(tutti);
  return tutti;
}

const ship = { type: 'order.ship', subject: 'order-17', data: { carrier: 'carrier-1' } };
const refuse = { type: 'order.refuse', subject: 'order-17', data: {} };

/** The backbone records the decision, its answer is lost. */
const losesTheAnswer: Trouble = (request) => {
  backbone.judge(JSON.parse((request as unknown as { text: string }).text));
  request.socket.destroy();
};

describe('decide', () => {
  it('resolves with the verdict, and the decision is whole in it', async () => {
    const tutti = await client();
    const verdict = await tutti.decide(ship);
    expect(verdict).toMatchObject({ accepted: true, duplicate: false, position: '0-0', subject: { sequence: 1 } });
    expect(verdict.decision).toEqual(backbone.received[0]);
    expect(backbone.received[0]).toMatchObject({
      specversion: '1.0',
      type: 'order.ship',
      source: '/participants/seller-3',
      subject: 'order-17',
      data: { carrier: 'carrier-1' },
      time: expect.stringMatching(/Z$/),
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    });
  });

  it('gives a rejection as a value with its reasons', async () => {
    const tutti = await client();
    const verdict = await tutti.decide(refuse);
    expect(verdict.accepted).toBe(false);
    if (!verdict.accepted) expect(verdict.reasons[0].code).toBe('conflict');
    expect(verdict.decision.type).toBe('order.refuse');
  });

  it('says on which sequence it decides, from what it saw', async () => {
    const tutti = await client();
    await tutti.decide(ship);
    await tutti.decide({ ...refuse });
    await tutti.decide({ ...ship, basedOn: null });
    await tutti.decide({ ...ship, basedOn: 7, exact: true });
    expect(backbone.received.map(({ basedon, exact }) => [basedon, exact])).toEqual([
      [undefined, undefined],
      [1, undefined],
      [undefined, undefined],
      [7, true],
    ]);
    const other = await client();
    await other.subject('order-17');
    await other.decide(ship);
    expect(backbone.received.at(-1)!['basedon']).toBe(3);
  });

  it('is not sent where it is exact on nothing, or nobody’s', async () => {
    const tutti = await client();
    await expect(tutti.decide({ ...ship, exact: true })).rejects.toMatchObject({ code: 'malformed' });
    const nobody = await connect({ url: backbone.url });
    open.push(nobody);
    await expect(nobody.decide(ship)).rejects.toBeInstanceOf(NotRecordedError);
    expect(backbone.received).toEqual([]);
  });

  it('sends the same bytes again where an answer is lost, and gets the first verdict', async () => {
    const tutti = await client();
    backbone.trouble(
      losesTheAnswer,
      breaksOff,
      refuses(503, 'unavailable'),
      refuses(429, 'overloaded', { 'retry-after': '0' }),
    );
    const verdict = await tutti.decide(ship);
    expect(verdict).toMatchObject({ accepted: true, duplicate: true, position: '0-0' });
    expect(backbone.received).toHaveLength(2);
    expect(backbone.received[1]).toEqual(backbone.received[0]);
    expect(backbone.journal).toHaveLength(1);
  });

  it('gives the first verdict to a process that builds the same decision again', async () => {
    const before = await client();
    const first = await before.decide({ ...ship, id: 'ship-17' });
    await before.decide(ship);
    const after = await client();
    await after.subject('order-17');
    const again = await after.decide({ ...ship, id: 'ship-17' });
    expect(again).toMatchObject({ position: first.position, duplicate: true });
  });

  it('leaves an id-conflict where the content is really another', async () => {
    const tutti = await client();
    await tutti.decide({ ...ship, id: 'ship-17' });
    const other = await tutti.decide({ ...ship, id: 'ship-17', data: { carrier: 'carrier-2' } });
    expect(other).toMatchObject({ accepted: false, reasons: [{ code: 'id-conflict' }] });
    const later = await tutti.decide({ ...ship, id: 'ship-17', time: '2020-01-01T00:00:00Z' });
    expect(later).toMatchObject({ accepted: false, reasons: [{ code: 'id-conflict' }] });
  });

  it('pins a contract, names its cause, and takes a time', async () => {
    const tutti = await client();
    await tutti.decide({ ...ship, contract: 3, causationId: 'place-17', traceparent: '00-a-b-01', time: new Date(0) });
    expect(backbone.received[0]).toMatchObject({
      dataschema: 'tutti:order.ship/3',
      causationid: 'place-17',
      traceparent: '00-a-b-01',
      time: '1970-01-01T00:00:00.000Z',
    });
  });
});

describe('what can go wrong', () => {
  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [413, 'too-large'],
    [400, 'malformed'],
  ])('a refusal %i was not recorded: %s, tried once', async (status, code) => {
    const tutti = await client();
    backbone.trouble(refuses(status, code));
    const error = await tutti.decide(ship).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotRecordedError);
    expect(error).toMatchObject({ code, retryable: false, message: `it is ${code}` });
    expect(backbone.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('stays overloaded until the timeout, and says how long to wait', async () => {
    const tutti = await client({ timeoutMs: 200 });
    backbone.trouble(refuses(429, 'overloaded', { 'retry-after': '3' }));
    await expect(tutti.decide(ship)).rejects.toMatchObject({ code: 'overloaded', retryable: true, retryAfterMs: 3000 });
  });

  it('is unavailable where nothing listens, and connect does not mind', async () => {
    const url = backbone.url;
    await backbone.stop();
    const tutti = await client({ url, timeoutMs: 200 });
    const error = await tutti.decide(ship).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ code: 'unavailable', retryable: true, where: url });
    expect((error as Error).message).toContain('ECONNREFUSED');
    expect(tutti.contact.connected).toBe(false);
    backbone = await ServerDouble.start();
  });

  it('waits for a backbone that comes up meanwhile', async () => {
    const { port, url } = backbone;
    await backbone.stop();
    const tutti = await client({ url });
    const deciding = tutti.decide(ship);
    backbone = await ServerDouble.start(port);
    await expect(deciding).resolves.toMatchObject({ accepted: true });
    await tutti.ready();
    expect(tutti.contact.connected).toBe(true);
  });

  it('does not know the outcome where the request went out: verdict-pending, then the same decision settles it', async () => {
    const tutti = await client({ timeoutMs: 300 });
    backbone.trouble(losesTheAnswer, ...Array.from({ length: 20 }, () => breaksOff));
    const error = (await tutti.decide({ ...ship, id: 'ship-17' }).catch((e: unknown) => e)) as TimeoutError;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: 'verdict-pending', retryable: true });
    expect(error.decision).toEqual({
      id: 'ship-17',
      type: 'order.ship',
      subject: 'order-17',
      source: '/participants/seller-3',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await expect(tutti.verdict('ship-17')).resolves.toMatchObject({ accepted: true, position: '0-0' });
    backbone.clearTroubles();
    const again = await tutti.decide({ ...ship, id: 'ship-17' });
    expect(again).toMatchObject({ accepted: true, duplicate: true, position: '0-0' });
    expect(backbone.journal).toHaveLength(1);
  });

  it('does not wait longer than its timeout for a backbone that never answers', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const tutti = await client({ url, timeoutMs: 100 });
    await expect(tutti.decide(ship)).rejects.toBeInstanceOf(TimeoutError);
    silent.closeAllConnections();
    silent.close();
  });

  it('takes no call after close, and stops repeating one under way', async () => {
    const { url } = backbone;
    await backbone.stop();
    const tutti = await client({ url });
    const deciding = tutti.decide(ship).catch((e: unknown) => e);
    await tutti.close();
    expect(await deciding).toMatchObject({ code: 'closed' });
    await expect(tutti.decide(ship)).rejects.toMatchObject({ code: 'closed' });
    backbone = await ServerDouble.start();
  });
});

describe('connect', () => {
  it.each(['nowhere', 'ftp://127.0.0.1', ''])('says that %j is no address', async (url) => {
    await expect(connect({ url })).rejects.toMatchObject({ code: 'malformed', where: 'url' });
  });

  it('has the policies in force at hand once it is ready, and says before that it has not', async () => {
    backbone.policies = [{ name: 'fees', revision: 3, applies: 'new', parameters: { referral: 1500 } }];
    const tutti = await client();
    expect(() => tutti.policy('fees')).toThrow(UnavailableError);
    await tutti.ready();
    expect(tutti.policy('fees')).toMatchObject({ revision: 3, parameters: { referral: 1500 } });
    expect(tutti.policies.map(({ name }) => name)).toEqual(['fees']);
    expect(() => tutti.policy('promise')).toThrow('no policy promise');
  });

  it('reads the policies again when a verdict was judged under a newer model', async () => {
    backbone.policies = [{ name: 'fees', revision: 1, applies: 'new', parameters: { referral: 1500 } }];
    const tutti = await client();
    await tutti.ready();
    await tutti.decide(ship);
    backbone.model = 2;
    backbone.policies = [{ name: 'fees', revision: 2, applies: 'new', parameters: { referral: 1200 } }];
    expect(tutti.policy('fees').revision).toBe(1);
    await tutti.decide(ship);
    await expect.poll(() => tutti.policy('fees').revision).toBe(2);
    expect(backbone.requests.filter(({ url }) => url === '/v1/policies')).toHaveLength(2);
  });

  it('says why it never gets ready', async () => {
    backbone.policies = undefined;
    const tutti = await client();
    await expect(tutti.ready()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('pings: once, and says whether the backbone judges', async () => {
    const tutti = await client();
    await tutti.ping();
    backbone.ready = false;
    await expect(tutti.ping()).rejects.toBeInstanceOf(UnavailableError);
  });
});

describe('publish, dry run, reading', () => {
  it('resolves when durable; the verdict comes with it', async () => {
    const tutti = await client();
    const sent = await tutti.publish({ ...ship, id: 'ship-17' });
    expect(sent.decision.id).toBe('ship-17');
    expect(await sent.verdict({ timeoutMs: 1000 })).toMatchObject({ accepted: true });
  });

  it('follows a 202 to the verdict', async () => {
    const tutti = await client();
    backbone.trouble((request, response) => {
      backbone.judge(JSON.parse((request as unknown as { text: string }).text));
      response.writeHead(202, { location: '/v1/decisions/seller-3/ship-17' }).end();
    });
    const sent = await tutti.publish({ ...ship, id: 'ship-17' });
    expect(await sent.verdict()).toMatchObject({ accepted: true, position: '0-0' });
  });

  it('asks without recording', async () => {
    const tutti = await client();
    expect(await tutti.dryRun(refuse)).toMatchObject({ accepted: false, reasons: [{ code: 'conflict' }] });
    expect(backbone.journal).toEqual([]);
  });

  it('reads subjects, their history page by page, and what may come next; nothing for what is not there', async () => {
    const tutti = await client();
    for (let i = 0; i < 5; i++) await tutti.decide(ship);
    expect(await tutti.subject('order-17')).toMatchObject({ id: 'order-17', sequence: 5 });
    const history = [];
    for await (const verdict of tutti.history('order-17')) history.push(verdict.revision);
    expect(history).toEqual([0, 1, 2, 3, 4]);
    const all = [];
    for await (const verdict of tutti.verdicts()) all.push(verdict.revision);
    expect(all).toEqual([0, 1, 2, 3, 4]);
    expect(await tutti.subject('order-0')).toBeUndefined();
    expect(await tutti.verdict('no-such-id')).toBeUndefined();
    for await (const _ of tutti.history('order-0')) expect.unreachable();
  });

  it('shows its token', async () => {
    let n = 0;
    const tutti = await client({ token: () => `secret-${++n}` });
    await tutti.subject('order-17');
    expect(backbone.requests.at(-1)!.headers.authorization).toMatch(/^Bearer secret-\d+$/);
  });
});
