/* oxlint-disable no-console */
// The real backbone in a test of your own, with a clock you move.
import assert from 'node:assert/strict';
// #region start
import { connect } from '@tutti/client';
import { connectAdmin } from '@tutti/client/admin';
import { startTutti } from '@tutti/testing';

const backbone = await startTutti({ model: 'examples/marketplace/marketplace.tutti.yaml' });
const admin = await connectAdmin({ url: backbone.url });
await admin.addParticipant({ id: 'buyer-9', roles: ['buyer'] }, { because: 'test' });
await admin.addParticipant({ id: 'seller-3', roles: ['seller'] }, { because: 'test' });
// #endregion

// #region clock
const nowMs = (): number => backbone.clock.nowMs();
const buyer = await connect({ url: backbone.url, participant: 'buyer-9', nowMs });
const promised = new Date(nowMs() + 3 * 86_400_000).toISOString();
const data = { seller: 'seller-3', total: 4200, category: 'books', promised };
await buyer.decide({ type: 'order.place', subject: 'order-1', data });

await backbone.advance(31 * 86_400_000); // nobody ships for 31 days
assert.equal((await buyer.subject('order-1'))?.state, 'cancelled'); // the clock's `lapse`
// #endregion

// #region close
await buyer.close();
admin.close();
await backbone.close();
// #endregion
