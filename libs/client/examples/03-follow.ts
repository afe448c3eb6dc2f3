/* oxlint-disable no-console */
// Follow verdicts, each at least once: the place is kept in a file between runs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@tutti/client';
import type { Marketplace } from './marketplace.ts';

const url = process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400';
const folder = await mkdtemp(join(tmpdir(), 'follow-'));
const tutti = await connect<Marketplace>({ url, participant: 'seller-3' });

const { promise: seen, resolve: see } = Promise.withResolvers<string>();
const subscription = tutti.onVerdict(
  { types: ['order.place'], accepted: true },
  (verdict) => see(`${verdict.subject?.id} is ${verdict.subject?.state}`),
  { resume: join(folder, 'orders.cursor') },
);
await subscription.started;

await tutti.decide({
  type: 'order.place',
  subject: 'order-19',
  participant: 'buyer-9',
  data: {
    seller: 'seller-3',
    total: 900,
    category: 'home',
    promised: new Date(Date.now() + 5 * 86_400_000).toISOString(),
  },
});
console.log(await seen);

await tutti.close();
await rm(folder, { recursive: true });
