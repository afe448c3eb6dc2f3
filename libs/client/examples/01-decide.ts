/* oxlint-disable no-console */
// Decide, and read the answer. Run with: TUTTI_URL=http://127.0.0.1:4400 node libs/client/examples/01-decide.ts
import { connect } from '@tutti/client';
import type { Marketplace } from './marketplace.ts';

const url = process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400';
const buyer = await connect<Marketplace>({ url, participant: 'buyer-9' });
const seller = await connect<Marketplace>({ url, participant: 'seller-3' });

const placed = await buyer.decide({
  type: 'order.place',
  subject: 'order-17',
  data: {
    seller: 'seller-3',
    total: 4200,
    category: 'books',
    promised: new Date(Date.now() + 3 * 86_400_000).toISOString(),
  },
});
console.log('place:', placed.accepted, placed.subject?.state, placed.subject?.keeps.total);

await buyer.decide({ type: 'order.cancel', subject: 'order-17', data: {} });

// The seller has not heard of it. A rejection is a value with reasons, not an exception.
const shipped = await seller.decide({
  type: 'order.ship',
  subject: 'order-17',
  data: { carrier: 'carrier-1', tracking: 'TK-9' },
  basedOn: 1,
});
if (shipped.accepted) console.log('ship: print the label');
else console.log('ship:', shipped.reasons[0].code, shipped.subject?.state);

await Promise.all([buyer.close(), seller.close()]);
