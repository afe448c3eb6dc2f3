/* oxlint-disable no-console */
// An id that can be built again: after a crash the same decision gets the same verdict, never a second one.
import { connect } from '@tutti/client';
import type { Marketplace } from './marketplace.ts';

const url = process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400';

async function cancel(): Promise<string> {
  const buyer = await connect<Marketplace>({ url, participant: 'buyer-9' });
  try {
    const verdict = await buyer.decide({ type: 'order.cancel', subject: 'order-18', data: {}, id: 'cancel-order-18' });
    return `${verdict.position}${verdict.duplicate ? ' again' : ''}`;
  } finally {
    await buyer.close();
  }
}

const first = await cancel();
const second = await cancel();
console.log('same verdict:', second === `${first} again`);
