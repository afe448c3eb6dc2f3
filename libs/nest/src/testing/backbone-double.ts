import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Event = Record<string, unknown> & { id: string; subject: string };

/** Accepts every decision, hands verdicts out over its stream, and says that it is ready. It knows no model. */
export class BackboneDouble {
  port = 0;
  readonly events: Event[] = [];
  readonly #server: Server;
  readonly #streams = new Set<{ response: ServerResponse; at: number }>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(port = 0): Promise<BackboneDouble> {
    const double = new BackboneDouble();
    await new Promise<void>((resolve) => double.#server.listen(port, '127.0.0.1', resolve));
    double.port = (double.#server.address() as AddressInfo).port;
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Streams open now. */
  get streams(): number {
    return this.#streams.size;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** The verdict on an event, recorded and handed out. */
  accept(event: Event): object {
    const revision = this.events.push(event) - 1;
    for (const stream of this.#streams) this.#push(stream);
    return this.#verdict(event, revision);
  }

  #verdict(decision: Event, revision: number): object {
    const subject = { id: decision.subject, type: 'order', sequence: 1, state: 'placed', parties: {}, keeps: {} };
    const place = { position: `0-${revision}`, partition: 0, revision };
    return { accepted: true, decision, hash: 'sha256:', model: 1, epoch: 1, at: '', policies: {}, subject, ...place };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url!.startsWith('/v1/verdicts/stream')) {
      const stream = { response, at: Number(request.headers['last-event-id'] ?? 0) };
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`id: ${stream.at}\n\n`);
      this.#streams.add(stream);
      response.once('close', () => this.#streams.delete(stream));
      this.#push(stream);
      return;
    }
    const body =
      request.method === 'POST' ? this.accept(JSON.parse(Buffer.concat(chunks).toString()) as Event) : { policies: [] };
    response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  #push(stream: { response: ServerResponse; at: number }): void {
    while (stream.at < this.events.length) {
      const verdict = this.#verdict(this.events[stream.at]!, stream.at++);
      stream.response.write(`id: ${stream.at}\nevent: verdict\ndata: ${JSON.stringify(verdict)}\n\n`);
    }
  }
}
