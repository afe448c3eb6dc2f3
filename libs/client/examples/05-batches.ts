/* oxlint-disable no-console */
// Many decisions: in batches, each subject's in order, only what was not answered sent again.
import { connect, type Decision } from '@tutti/client';
import type { Marketplace } from './marketplace.ts';

const url = process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400';
const tutti = await connect<Marketplace>({ url, participant: 'buyer-9' });

function* orders(): Generator<Decision<Marketplace>> {
  for (let n = 100; n < 150; n++) {
    const promised = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const subject = `order-${n}`;
    yield { type: 'order.place', subject, data: { seller: 'seller-3', total: n, category: 'books', promised } };
    yield { type: 'order.cancel', subject, data: {} };
  }
}

let accepted = 0;
for await (const { verdict } of tutti.decideMany(orders(), { batch: 20 })) if (verdict.accepted) accepted++;
console.log('accepted:', accepted);

await tutti.close();
