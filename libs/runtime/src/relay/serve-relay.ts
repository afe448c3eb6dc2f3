import type { RelayPort, RelayReport, RelayRequest } from './relay-messages.js';
import type { Relaying } from './relay.js';

const STATUS_EVERY_MS = 500;

/**
 * Lets a relay be run from another thread: for the entry file of the relay's own, which opens journal and log.
 *
 * @param port `parentPort` of node:worker_threads
 * @param closed closes what the entry has opened; afterwards the thread has nothing left to do
 */
export function serveRelay(
  port: RelayPort<RelayRequest, RelayReport>,
  relay: Relaying,
  closed: () => Promise<void> = async () => undefined,
): void {
  const tell = (): void => port.postMessage({ say: 'status', status: relay.status() });
  const timer = setInterval(tell, STATUS_EVERY_MS);
  port.on('message', (request) => {
    switch (request.ask) {
      case 'add':
        relay.add(request.partition);
        return;
      case 'remove':
        void relay.remove(request.partition).then(() => {
          tell();
          port.postMessage({ say: 'done', number: request.number });
        });
        return;
      case 'close':
        clearInterval(timer);
        void relay
          .close()
          .then(closed)
          .finally(() => {
            tell();
            port.postMessage({ say: 'done', number: request.number });
          });
        return;
      default:
        request satisfies never;
    }
  });
  tell();
}
