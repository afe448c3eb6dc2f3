import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type ConnectOptions, type Decision, NotRecordedError, type Tutti, type Verdict } from '@tutti/client';
import { connectAdmin, type TuttiAdmin } from '@tutti/client/admin';
import { generateTypes, type ModelDefinition } from '@tutti/model';
import { startTutti, type StartTuttiOptions, type TestTutti } from '@tutti/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './support/server-process.js';

/** A shop with a deadline, a policy, a requirement, and roles that anybody gets. */
const shop = (least: number): string => `
tutti: 1
model: shop
epoch: 1 hour
roles:
  buyer:  orders
  seller: ships
open: [buyer, seller]
assets: { USD: 2 }
interaction:
  order:
    states: [placed, shipped, cancelled, closed]
    parties:
      buyer:  place.by
      seller: place.seller
    keeps:
      total: place.total
    decisions:
      place:
        by: buyer
        moves: new -> placed
        data: { seller: seller, total: { type: USD, minimum: 1 } }
        requires: { enough: data.total >= policy.basket.least }
      ship:   { by: seller, moves: placed -> shipped, data: { tracking: string } }
      cancel: { by: [buyer, seller], moves: placed -> cancelled }
      close:  { by: clock, moves: shipped -> closed, after: 7 days }
policies:
  basket:
    least: { type: USD, default: ${least}, minimum: 0, maximum: 1000 }
`;

const DAY_MS = 86_400_000;
const because = { because: 'the test needs it' };

let backbone: TestTutti;
let folder: string;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tutti-client-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true });
});

async function start(options: StartTuttiOptions = {}): Promise<void> {
  backbone = await startTutti({ model: { yaml: shop(100) }, ...options });
  closing.push(() => backbone.close());
}

async function client(participant: string, options: ConnectOptions = {}): Promise<Tutti> {
  const tutti = await connect({ url: backbone.url, participant, ...options });
  closing.push(() => tutti.close());
  return tutti;
}

function admin(token?: string): TuttiAdmin {
  const operator = connectAdmin({ url: backbone.url, ...(token === undefined ? {} : { token }) });
  closing.push(() => operator.close());
  return operator;
}

/** The backbone's clock stands still: what a participant says of the time must not be ahead of it. */
const now = (): string => new Date(backbone.clock.nowMs()).toISOString();

function place(subject: string, more: Partial<Decision> = {}): Decision {
  return { type: 'order.place', subject, data: { seller: 'seller-3', total: 4200 }, time: now(), ...more };
}

const ship = (subject: string): Decision => ({ type: 'order.ship', subject, data: { tracking: 'TK-9' }, time: now() });
const cancel = (subject: string): Decision => ({ type: 'order.cancel', subject, data: {}, time: now() });

function codes(verdict: Verdict): string[] {
  return verdict.accepted ? [] : verdict.reasons.map(({ code }) => code);
}

/** Verdicts handed out so far, and a wait for so many. */
class Got {
  readonly verdicts: Verdict[] = [];
  #wake: () => void = () => {};

  readonly take = (verdict: Verdict): void => {
    this.verdicts.push(verdict);
    this.#wake();
  };

  async until(count: number): Promise<Verdict[]> {
    while (this.verdicts.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.verdicts;
  }
}

describe('deciding', () => {
  it('gives verdicts, tells a conflict, and reads what became of the subject', async () => {
    await start();
    const buyer = await client('buyer-9');
    const seller = await client('seller-3');
    const placed = await buyer.decide(place('order-17'));
    expect(placed).toMatchObject({
      accepted: true,
      duplicate: false,
      contract: 'order.place@1',
      by: { id: 'buyer-9', role: 'buyer' },
      subject: {
        state: 'placed',
        sequence: 1,
        keeps: { total: 4200 },
        parties: { buyer: 'buyer-9', seller: 'seller-3' },
      },
    });
    expect(await seller.subject('order-17')).toMatchObject({ state: 'placed', sequence: 1, verdicts: 1 });
    expect((await seller.next('order-17')).map(({ type }) => type)).toEqual(['order.ship', 'order.cancel']);
    await buyer.decide(cancel('order-17'));
    const late = await seller.decide(ship('order-17'));
    expect(codes(late)).toEqual(['conflict']);
    expect(late.subject).toMatchObject({ state: 'cancelled', sequence: 2 });
    expect(late.decision).toMatchObject({ type: 'order.ship', basedon: 1, source: '/participants/seller-3' });
    const history = [];
    for await (const verdict of seller.history('order-17')) history.push([verdict.decision.type, verdict.accepted]);
    expect(history).toEqual([
      ['order.place', true],
      ['order.cancel', true],
      ['order.ship', false],
    ]);
    expect(await seller.verdict(late.decision.id!, { subject: 'order-17' })).toMatchObject({ position: late.position });
    expect(await seller.verdict('never-sent')).toBeUndefined();
    expect(await seller.subject('order-0')).toBeUndefined();
  });

  it('asks without recording', async () => {
    await start();
    const buyer = await client('buyer-9');
    const foreseen = await buyer.dryRun(place('order-17', { data: { seller: 'seller-3', total: 1 } }));
    expect(foreseen).toMatchObject({
      accepted: false,
      reasons: [{ code: 'requirement-failed', rule: 'order.place/enough' }],
    });
    expect(foreseen).not.toHaveProperty('position');
    expect(await buyer.subject('order-17')).toBeUndefined();
  });

  it('refuses what is exact on a sequence that has passed', async () => {
    await start();
    const buyer = await client('buyer-9');
    await buyer.decide(place('order-17'));
    const seller = await client('seller-3');
    const wrong = await seller.decide({ ...ship('order-17'), basedOn: 0, exact: true });
    expect(codes(wrong)).toEqual(['conflict']);
    const right = await seller.decide({ ...ship('order-17'), exact: true });
    expect(right.accepted).toBe(true);
  });

  it('gives the same decision, built again by another process, its first verdict', async () => {
    await start();
    const { time: _, ...said } = place('order-17', { id: 'place-17' });
    const first = await (await client('buyer-9')).decide(said);
    const after = await client('buyer-9');
    await after.subject('order-17');
    const again = await after.decide(said);
    expect(first.accepted).toBe(true);
    expect(again).toMatchObject({ accepted: true, duplicate: true, position: first.position });
    const other = await after.decide({ ...said, data: { seller: 'seller-3', total: 4300 } });
    expect(codes(other)).toEqual(['id-conflict']);
  });

  it('publishes, and has the verdict later', async () => {
    await start();
    const buyer = await client('buyer-9');
    const sent = await buyer.publish(place('order-17', { id: 'place-17' }));
    expect(sent.decision).toMatchObject({ id: 'place-17', source: '/participants/buyer-9' });
    expect(await sent.verdict({ timeoutMs: 2_000 })).toMatchObject({ accepted: true });
  });
});

describe('many decisions', () => {
  function* orders(count: number): Generator<Decision> {
    for (let n = 0; n < count; n++) {
      const subject = `order-${n % 40}`;
      const step = Math.floor(n / 40);
      const id = String(n);
      if (step === 0) yield place(subject, { id, participant: 'buyer-9' });
      else if (step === 1) yield { ...ship(subject), id, participant: 'seller-3' };
      else yield { ...cancel(subject), id, participant: 'buyer-9' };
    }
  }

  async function decideAll(tutti: Tutti): Promise<[string, boolean][]> {
    const all: [string, boolean][] = [];
    for await (const { decision, verdict } of tutti.decideMany(orders(120), { batch: 16, lanes: 3 })) {
      all.push([decision.id!, verdict.accepted]);
    }
    return all;
  }

  it('keeps the order within subjects; again it changes nothing', async () => {
    await start();
    const importer = await client('importer');
    const first = await decideAll(importer);
    expect(first).toEqual(Array.from({ length: 120 }, (_, n) => [String(n), n < 80]));
    const tails = backbone.backbone.tails();
    expect(await decideAll(importer)).toEqual(first);
    expect(backbone.backbone.tails()).toEqual(tails);
  });
});

describe('following', () => {
  it('sees what participants and the clock decide', async () => {
    await start();
    const buyer = await client('buyer-9');
    const seller = await client('seller-3');
    const got = new Got();
    await buyer.onVerdict({ mine: true, accepted: true }, got.take).started;
    await buyer.decide(place('order-17'));
    await buyer.decide(place('order-18', { participant: 'buyer-8' }));
    await seller.decide(ship('order-17'));
    await got.until(2);
    await backbone.advance(8 * DAY_MS);
    const verdicts = await got.until(3);
    expect(verdicts.map(({ decision }) => decision.type)).toEqual(['order.place', 'order.ship', 'order.close']);
    expect(verdicts[2]!.subject).toMatchObject({ state: 'closed' });
    const listed = [];
    for await (const verdict of buyer.verdicts({ types: ['order.place', 'order.close'] }))
      listed.push(verdict.decision.type);
    expect(listed).toEqual(['order.place', 'order.place', 'order.close']);
  });

  it('outlives the backbone: nothing is missed, and a decision made meanwhile gets its verdict', async () => {
    const data = join(folder, 'data');
    await start({ data });
    const buyer = await client('buyer-9', { timeoutMs: 30_000 });
    const got = new Got();
    const resume = join(folder, 'got.cursor');
    await buyer.onVerdict({ since: 'start' }, got.take, { resume }).started;
    await buyer.decide(place('order-1'));
    await got.until(1);
    const { port, clock } = backbone;
    await backbone.close();
    const deciding = buyer.decide({ ...place('order-2'), time: new Date(clock.nowMs()) });
    await start({ data, port, clock });
    expect(await deciding).toMatchObject({ accepted: true });
    expect((await got.until(2)).map(({ subject }) => subject?.id)).toEqual(['order-1', 'order-2']);

    await buyer.close();
    const other = await client('buyer-9');
    await other.decide(place('order-3'));
    const later = new Got();
    other.onVerdict({ since: 'start' }, later.take, { resume });
    expect((await later.until(1))[0]!.subject?.id).toBe('order-3');
  });

  it('refuses the cursor of another space', async () => {
    await start();
    const buyer = await client('buyer-9');
    const foreign = {
      load: async () => Buffer.from('1 elsewhere 0.0.0.0').toString('base64url'),
      save: async () => {},
    };
    const subscription = buyer.onVerdict({}, () => {}, { resume: foreign, onError: () => {} });
    await expect(subscription.done).rejects.toMatchObject({ code: 'malformed' });
  });
});

describe('who decides', () => {
  it('signs where a key is registered; unsigned, nothing is recorded', async () => {
    await start();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const added = await admin().addParticipant(
      { id: 'buyer-9', roles: ['buyer'], publicKey: publicKey.export({ format: 'jwk' }).x! },
      because,
    );
    expect(added).toMatchObject({ inForce: true, participant: { keys: [{ kid: 'buyer-9#1' }] } });
    const signing = await client('buyer-9', { key: privateKey });
    expect(await signing.decide(place('order-17'))).toMatchObject({ accepted: true });
    const unsigned = await client('buyer-9');
    const error = await unsigned.decide(cancel('order-17')).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotRecordedError);
    expect(error).toMatchObject({ code: 'unauthenticated' });
    const forged = await client('buyer-9', { key: generateKeyPairSync('ed25519').privateKey });
    await expect(forged.decide(cancel('order-17'))).rejects.toMatchObject({ code: 'unauthenticated' });
    const stolen = forged.decideMany([cancel('order-17')]);
    await expect(stolen.next()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await signing.subject('order-17')).toMatchObject({ state: 'placed', verdicts: 1 });
  });

  it('finds out under which id its key is registered', async () => {
    await start();
    const operator = admin();
    await operator.addParticipant({ id: 'buyer-9', roles: ['buyer'] }, because);
    const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
    for (const { publicKey } of keys) await operator.addKey('buyer-9', publicKey.export({ format: 'jwk' }).x!, because);
    await operator.retireKey('buyer-9', 'buyer-9#1', because);
    const buyer = await client('buyer-9', { key: keys[1]!.privateKey });
    expect(await buyer.decide(place('order-17'))).toMatchObject({ accepted: true });
  });

  it('shows a token, and decides only as its owner; a token without the scope does not operate', async () => {
    await start({ access: { mode: 'tokens', operatorToken: 'first-token-of-this-place' } });
    const operator = admin('first-token-of-this-place');
    const { token } = await operator.issueToken({ participant: 'buyer-9', scopes: ['participant'] }, because);
    const buyer = await client('buyer-9', { token });
    expect(await buyer.decide(place('order-17'))).toMatchObject({ accepted: true });
    const as = await client('seller-3', { token });
    await expect(as.decide(ship('order-17'))).rejects.toMatchObject({ code: 'unauthenticated' });
    const nobody = await client('buyer-9');
    await expect(nobody.decide(cancel('order-17'))).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(admin(token).participants()).rejects.toMatchObject({ code: 'forbidden' });
    const [{ hash } = { hash: '' }] = await operator.tokens();
    await operator.revokeToken(hash, because);
    await expect(buyer.decide(cancel('order-17'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('operating', () => {
  it('registers, gives roles, suspends', async () => {
    await start();
    const operator = admin();
    await operator.addParticipant({ id: 'buyer-9', roles: ['buyer'] }, because);
    await expect(operator.addParticipant({ id: 'buyer-9', roles: [] }, because)).rejects.toBeInstanceOf(
      NotRecordedError,
    );
    await operator.setRoles('buyer-9', ['seller'], because);
    expect(await operator.participant('buyer-9')).toMatchObject({ roles: ['seller'], suspended: false });
    const buyer = await client('buyer-9');
    expect(codes(await buyer.decide(place('order-17')))).toEqual(['not-allowed']);
    await operator.suspend('buyer-9', true, because);
    expect(await operator.participants()).toMatchObject([{ id: 'buyer-9', suspended: true }]);
    expect(await operator.participant('nobody')).toBeUndefined();
  });

  it('compares and publishes models; a client’s policies follow', async () => {
    await start();
    const operator = admin();
    const buyer = await client('buyer-9');
    await buyer.ready();
    expect(buyer.policy('basket')).toMatchObject({ revision: 1, parameters: { least: 100 } });
    const yaml = shop(500);
    const difference = await operator.diffModel({ yaml });
    expect(difference.changes.length).toBeGreaterThan(0);
    const published = await operator.publishModel({ yaml, file: 'shop.tutti.yaml' }, because, {
      ifRevision: difference.from,
    });
    expect(published).toMatchObject({ changed: true, inForce: true, revision: difference.from + 1 });
    expect(codes(await buyer.decide(place('order-17', { data: { seller: 'seller-3', total: 400 } })))).toEqual([
      'requirement-failed',
    ]);
    await expect.poll(() => buyer.policy('basket')).toMatchObject({ revision: 2, parameters: { least: 500 } });
    await expect(operator.publishModel({ yaml }, because, { ifRevision: 1 })).rejects.toMatchObject({
      code: 'revision-mismatch',
    });
    const wrong = await operator
      .publishModel({ yaml: yaml.replace('placed -> shipped', 'placd -> shipped') }, because)
      .catch((e: unknown) => e);
    expect(wrong).toMatchObject({ code: 'model-invalid' });
    expect((wrong as NotRecordedError).problem!['errors']).toMatchObject([
      { line: expect.any(Number), column: expect.any(Number) },
    ]);
    expect(await operator.model()).toMatchObject({ model: 'shop', revision: 2, because: because.because });
  });

  it('reads contracts, edges and how the backbone is', async () => {
    await start();
    const operator = admin();
    const buyer = await client('buyer-9');
    await buyer.decide(place('order-17'));
    await buyer.decide({ type: 'order.return', subject: 'order-17', data: {}, time: now() });
    expect(await operator.edges()).toMatchObject([{ signature: expect.stringContaining('order.return'), count: 1 }]);
    expect((await operator.contracts()).map(({ type }) => type).toSorted()).toEqual([
      'order.cancel',
      'order.close',
      'order.place',
      'order.ship',
    ]);
    expect(await operator.contract('order.place')).toMatchObject({ version: 1, inForce: 1, used: { 1: 1 } });
    expect(await operator.contract('order.return')).toBeUndefined();
    expect(await operator.status()).toMatchObject({
      ready: true,
      space: 'shop',
      model: 'shop',
      trust: 'network',
      problems: [],
    });
    await buyer.ping();
  });
});

describe('the examples', () => {
  const folderOfExamples = join(root, 'libs', 'client', 'examples');
  const run = promisify(execFile);

  it('compile, and their types are those of the model', async () => {
    await start({ model: join(root, 'examples', 'marketplace', 'marketplace.tutti.yaml') });
    const { definition, contracts } = (await admin().model())!;
    const types = await readFile(join(folderOfExamples, 'marketplace.ts'), 'utf8');
    expect(types).toBe(generateTypes(definition as unknown as ModelDefinition, contracts));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', folderOfExamples], { cwd: root });
    expect(stdout).toBe('');
  });

  it('say what they promise', async () => {
    await start({ model: join(root, 'examples', 'marketplace', 'marketplace.tutti.yaml') });
    const operator = admin();
    await operator.addParticipant({ id: 'buyer-9', roles: ['buyer'] }, because);
    await operator.addParticipant({ id: 'seller-3', roles: ['seller'] }, because);
    await operator.addParticipant({ id: 'carrier-1', roles: ['carrier'] }, because);
    const buyer = await client('buyer-9');
    const promised = new Date(Date.now() + 5 * DAY_MS).toISOString();
    const data = { seller: 'seller-3', total: 100, category: 'books', promised };
    expect(await buyer.decide({ type: 'order.place', subject: 'order-18', data })).toMatchObject({ accepted: true });

    const output = async (name: string): Promise<string[]> => {
      const { stdout } = await run(process.execPath, [join(folderOfExamples, name)], {
        cwd: root,
        env: { ...process.env, TUTTI_URL: backbone.url },
        timeout: 30_000,
      });
      return stdout.trim().split('\n');
    };
    expect(await output('01-decide.ts')).toEqual(['place: true placed 4200', 'ship: conflict cancelled']);
    expect(await output('02-same-id.ts')).toEqual(['same verdict: true']);
    expect(await output('03-follow.ts')).toEqual(['order-19 is placed']);
    expect(await output('04-errors.ts')).toEqual(['unavailable send the same id again later: true']);
    expect(await output('05-batches.ts')).toEqual(['accepted: 100']);
  });
});
