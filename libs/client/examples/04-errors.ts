/* oxlint-disable no-console */
// An exception means that nothing was sent, or that the outcome is unknown; its class and code say which.
import { connect, NotRecordedError, TimeoutError, UnavailableError } from '@tutti/client';

const nobody = await connect({ url: 'http://127.0.0.1:4999', participant: 'buyer-9', timeoutMs: 300 });
try {
  await nobody.decide({ type: 'order.cancel', subject: 'order-17', data: {} });
} catch (error) {
  if (error instanceof UnavailableError) console.log(error.code, 'send the same id again later:', error.retryable);
  else if (error instanceof TimeoutError) console.log(error.code, 'ask for', error.decision.id);
  else if (error instanceof NotRecordedError) console.log(error.code, error.mend);
  else throw error;
} finally {
  await nobody.close();
}
