/* oxlint-disable no-console */
// Decide and read the answer. Runs against a backbone with the marketplace's model: TUTTI_URL says where.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// #region connect
import { connect, NotRecordedError, TimeoutError, UnavailableError } from '@tutti/client';

const tutti = await connect({ url: process.env['TUTTI_URL'] ?? 'http://127.0.0.1:4400', participant: 'buyer-9' });
// #endregion

// #region decide
const promised = new Date(Date.now() + 3 * 86_400_000).toISOString();
const verdict = await tutti.decide({
  type: 'order.place',
  subject: 'order-1',
  data: { seller: 'seller-3', total: 4200, category: 'books', promised },
});
if (verdict.accepted) console.log(verdict.subject?.state, verdict.position);
else console.log(verdict.reasons);
// #endregion

// #region errors
try {
  await tutti.decide({ type: 'order.cancel', subject: 'order-1', data: {}, id: 'cancel-order-1' });
} catch (error) {
  if (error instanceof NotRecordedError) console.error('not recorded:', error.code, error.mend);
  else if (error instanceof UnavailableError) console.error('not reached: the same id again later');
  else if (error instanceof TimeoutError) console.error('perhaps recorded: the same id again', error.decision.id);
  else throw error;
}
// #endregion

// #region again
const again = await tutti.decide({ type: 'order.cancel', subject: 'order-1', data: {}, id: 'cancel-order-1' });
console.log(again.duplicate); // true: the first verdict again
// #endregion
if (again.duplicate !== true) throw new Error('the first verdict was expected');

// #region read
const order = await tutti.subject('order-1');
console.log(order?.state, order?.parties, order?.keeps);
for (const step of await tutti.next('order-1')) console.log(step);
for await (const one of tutti.history('order-1')) console.log(one.position, one.accepted);
// #endregion

const file = join(tmpdir(), `tutti-how-to-${process.pid}.cursor`);
const printLabel = (subject: unknown): void => console.log('label for', subject);
// #region follow
const subscription = tutti.onVerdict(
  { types: ['order.place'], accepted: true, since: '1h' },
  (one) => printLabel(one.subject?.id), // throws: it is called again, with back-off
  { resume: file }, // where it got to; a restart goes on there
);
await subscription.started;
// #endregion

await tutti.close();
