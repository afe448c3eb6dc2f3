import type { WireVerdict } from '@tutti/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, decide, decideAll, event } from '../testing/http.js';
import { openStream } from '../testing/event-stream.js';
import { type ShopServer, startShop } from '../testing/shop-server.js';

let shop: ShopServer;
let url: string;
beforeAll(async () => {
  shop = await startShop();
  url = shop.url;
  await decideAll(
    url,
    Array.from({ length: 40 }, (_, i) => [place(`v-${i}`), i % 4 === 0 ? place(`v-${i}`) : cancel(`v-${i}`)]).flat(),
  );
});
afterAll(() => shop.close());

const place = (subject: string, who = 'buyer-9') =>
  event(who, 'order.place', subject, { seller: 'seller-3', total: 1 });
const cancel = (subject: string, who = 'buyer-9') => event(who, 'order.cancel', subject);

async function pages(query: string): Promise<{ verdicts: WireVerdict[]; sizes: number[]; next: string }> {
  const verdicts: WireVerdict[] = [];
  const sizes: number[] = [];
  for (let cursor = ''; ;) {
    const { body } = await call(url, `/v1/verdicts?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    verdicts.push(...body.verdicts);
    sizes.push(body.verdicts.length);
    cursor = body.next;
    if (!body.more) return { verdicts, sizes, next: cursor };
  }
}

describe('pages of verdicts', () => {
  it('hold every verdict once, in order of time, each subject in its own order', async () => {
    const { verdicts, sizes } = await pages('limit=7');
    expect(verdicts).toHaveLength(80);
    expect(Math.max(...sizes)).toBe(7);
    expect(new Set(verdicts.map(({ position }) => position)).size).toBe(80);
    expect(verdicts.map(({ at }) => at)).toEqual(verdicts.map(({ at }) => at).toSorted());
    for (let p = 0; p < shop.backbone.partitions; p++) {
      const revisions = verdicts.filter(({ partition }) => partition === p).map(({ revision }) => revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    }
  });

  it.each([
    ['type=order.cancel', 30],
    ['type=order.cancel&type=order.place', 80],
    ['accepted=false', 10],
    ['accepted=true', 70],
    ['code=undeclared', 10],
    ['subject=v-3', 2],
    ['subject=v-3&type=order.place', 1],
    ['mine=seller-3', 80],
    ['mine=buyer-8', 0],
    ['since=2999-01-01T00:00:00Z', 0],
    ['since=1h', 80],
  ])('of %s hold %i', async (query, count) => {
    expect((await pages(query)).verdicts).toHaveLength(count);
  });

  it('go on where the last one ended', async () => {
    const { next } = await pages('limit=50');
    await decide(url, place('later-1'));
    const { verdicts } = await pages(`limit=50&cursor=${next}`);
    expect(verdicts.map(({ subject }) => subject!.id)).toEqual(['later-1']);
  });

  it.each([
    'nonsense',
    Buffer.from('1 another 0.0.0.0').toString('base64url'),
    Buffer.from('1 shop 0').toString('base64url'),
  ])('refuse the foreign cursor %s', async (cursor) => {
    const answer = await call(url, `/v1/verdicts?cursor=${cursor}`);
    expect(answer.body).toMatchObject({ code: 'malformed', status: 400 });
  });

  it('refuse a cursor that is ahead of the journal', async () => {
    const ahead = Buffer.from(
      `1 shop ${shop.backbone
        .tails()
        .map((tail) => tail + 9)
        .join('.')}`,
    ).toString('base64url');
    expect((await call(url, `/v1/verdicts?cursor=${ahead}`)).body).toMatchObject({ code: 'malformed' });
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'accepted=maybe', 'since=soon', 'colour=red'])(
    'refuse the query %s',
    async (query) => {
      expect((await call(url, `/v1/verdicts?${query}`)).body).toMatchObject({ code: 'malformed', status: 400 });
    },
  );
});

describe('the stream of verdicts', () => {
  it('gives verdicts as they are recorded, and goes on after the last id seen', async () => {
    const stream = await openStream(url, '/v1/verdicts/stream');
    await decide(url, place('s-1'));
    const first = await stream.next();
    expect(first).toMatchObject({ event: 'verdict', verdict: { subject: { id: 's-1' } } });
    stream.close();
    await decide(url, place('s-2'));
    await decide(url, cancel('s-2'));
    const again = await openStream(url, '/v1/verdicts/stream', { 'last-event-id': first.id });
    expect((await again.next()).verdict.moved).toEqual({ from: 'new', to: 'placed' });
    expect((await again.next()).verdict.moved).toEqual({ from: 'placed', to: 'cancelled' });
    again.close();
  });

  it('gives what was before where `since` says so, and only what the filter lets through', async () => {
    const stream = await openStream(url, '/v1/verdicts/stream?since=1970-01-01T00:00:00Z&accepted=false');
    for (let i = 0; i < 10; i++) expect((await stream.next()).verdict.accepted).toBe(false);
    stream.close();
  });

  it('refuses a foreign cursor', async () => {
    const answer = await call(url, '/v1/verdicts/stream', { headers: { 'last-event-id': 'foreign' } });
    expect(answer.body).toMatchObject({ code: 'malformed', status: 400 });
  });

  it('loses nothing for a reader that does not read for a while', async () => {
    const stream = await openStream(url, '/v1/verdicts/stream?type=order.place');
    const note = 'x'.repeat(200);
    const total = 6_000;
    for (let from = 0; from < total; from += 1000) {
      const events = Array.from({ length: 1000 }, (_, i) =>
        event('buyer-9', 'order.place', `slow-${from + i}`, { seller: 'seller-3', total: 1, note }),
      );
      await decideAll(url, events, { prefer: 'return=minimal' });
    }
    const seen = new Set<string>();
    while (seen.size < total) seen.add((await stream.next()).verdict.position);
    expect(seen.size).toBe(total);
    stream.close();
  }, 60_000);
});
