import { TuttiError } from '@tutti/kernel';
import type { FastifyInstance } from 'fastify';
import { problemOfError, sendRefusal } from '@tutti/service';

/** `127.0.0.1`, `localhost`, `[::1]`, with any port. */
const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * While access is open, answers only requests that were meant for this machine. A page in a browser here could else have
 * its own name point to 127.0.0.1 and act as everybody (DNS rebinding), and a proxy could publish open access by mistake.
 */
export function guardHost(server: FastifyInstance, isOpen: () => boolean): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { host } = request.headers;
    if (host === undefined || LOCAL.test(host) || !isOpen()) return done();
    const error = new TuttiError('forbidden', 'access is open to this machine only, under its own name', {
      mend: 'ask for 127.0.0.1 or localhost; to be reached by other names, issue an operator token first',
      facts: { host },
    });
    sendRefusal(request, reply, problemOfError(error));
  });
}
