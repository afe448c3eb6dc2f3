import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How often connections are looked at during a shutdown. */
const LOOK_EVERY_MS = 20;
/** How long a shutdown waits for the rest of a request, and for a client to read its answer. */
const GRACE_MS = 2_000;

/** The connections of an HTTP server, so that it can be closed in bounded time whatever its clients do. */
export class Connections {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#latest.set(request.socket, { request, response });
    });
  }

  /**
   * Closes the server. By itself it closes idle connections once, when it begins; those that still had an answer to come
   * would be kept alive, and it would wait for their clients to leave. Connections that never asked for anything
   * (clients open some beforehand) are not idle to it. Nor are those whose request never ends, or whose client does not
   * read its answer: they are waited for a little.
   *
   * @param close closes the server, and whatever belongs to it
   */
  async closeWith(close: () => Promise<void>): Promise<void> {
    const endMs = performance.now() + GRACE_MS;
    const timer = setInterval(() => {
      this.#server.closeIdleConnections();
      const isLate = performance.now() > endMs;
      for (const socket of this.#open) {
        if (socket.bytesRead === 0 || (isLate && !this.#isOwedAnAnswer(socket))) socket.destroy();
      }
    }, LOOK_EVERY_MS);
    try {
      await close();
    } finally {
      clearInterval(timer);
    }
  }

  #isOwedAnAnswer(socket: Socket): boolean {
    const latest = this.#latest.get(socket);
    return latest !== undefined && latest.request.complete && !latest.response.writableEnded;
  }
}
