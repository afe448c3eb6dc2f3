import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireVerdict } from '@tutti/contracts';
import type { JsonObject } from '@tutti/kernel';

/** What the double does with a request instead of answering it as a backbone would. */
export type Trouble = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Speaks the HTTP of SURFACE §4 as far as the client uses it, over a plain list of verdicts: sequences are counted,
 * `order.refuse` is refused as a conflict, ids are remembered. It knows no model.
 */
export class ServerDouble {
  readonly server: Server;
  port = 0;
  readonly journal: WireVerdict[] = [];
  /** Events received, duplicates included, in order. */
  readonly received: JsonObject[] = [];
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  /** Undefined: nobody may read them. */
  policies: unknown[] | undefined = [];
  model = 1;
  ready = true;
  /** Keys of every participant. */
  keys: { kid: string; publicKey: string }[] = [];
  #troubles: Trouble[] = [];
  #streams = new Set<{ response: ServerResponse; from: number }>();
  #wake: (() => void)[] = [];

  private constructor() {
    this.server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(port = 0): Promise<ServerDouble> {
    const double = new ServerDouble();
    await new Promise<void>((resolve) => double.server.listen(port, '127.0.0.1', resolve));
    double.port = (double.server.address() as AddressInfo).port;
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The next posts get this trouble, one each. */
  trouble(...troubles: Trouble[]): void {
    this.#troubles.push(...troubles);
  }

  clearTroubles(): void {
    this.#troubles = [];
  }

  /** Streams open now. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Cuts every stream; the server stays up. */
  cutStreams(): void {
    for (const { response } of this.#streams) response.destroy();
  }

  /** Resolves at the next change that `until` waits for. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Judges as the backbone would: the first verdict again for the same id, `id-conflict` for other content. */
  judge(event: JsonObject): { verdict: WireVerdict; duplicate: boolean } {
    this.received.push(event);
    const before = this.journal.find(
      ({ decision }) =>
        (decision as JsonObject)['id'] === event['id'] && (decision as JsonObject)['source'] === event['source'],
    );
    if (before !== undefined && JSON.stringify(before.decision) === JSON.stringify(event)) {
      return { verdict: before, duplicate: true };
    }
    const code = before !== undefined ? 'id-conflict' : event['type'] === 'order.refuse' ? 'conflict' : undefined;
    const subject = event['subject'] as string;
    const accepted = code === undefined;
    const sequence =
      this.journal.filter((one) => one.accepted && one.subject?.id === subject).length + (accepted ? 1 : 0);
    const revision = this.journal.length;
    const verdict: WireVerdict = {
      accepted,
      ...(code === undefined ? {} : { reasons: [{ code, retryable: false, detail: `it is a ${code}` }] }),
      decision: event,
      hash: `sha256:${revision}`,
      model: this.model,
      epoch: 1,
      at: new Date(revision).toISOString(),
      policies: {},
      subject: { id: subject, type: 'order', sequence, state: 'placed', parties: {}, keeps: {} },
      input: { via: 'http' },
      position: `0-${revision}`,
      partition: 0,
      revision,
    };
    this.journal.push(verdict);
    this.#push();
    return { verdict, duplicate: false };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url!, 'http://double');
    this.requests.push({ method, url: request.url!, headers });
    this.#changed();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const trouble = method === 'POST' ? this.#troubles.shift() : undefined;
    if (trouble !== undefined) {
      trouble(Object.assign(request, { text }), response);
      return;
    }
    if (method === 'POST' && url.pathname === '/v1/decisions')
      return this.#decide(headers['content-type'], text, response);
    if (method === 'POST') return json(response, 200, this.#foresee(JSON.parse(text) as JsonObject));
    if (url.pathname === '/v1/policies')
      return json(response, this.policies === undefined ? 401 : 200, { model: this.model, policies: this.policies });
    if (url.pathname === '/health/ready') return json(response, this.ready ? 200 : 503, { status: 'ok' });
    if (url.pathname.endsWith('/keys')) return json(response, 200, { keys: this.keys });
    if (url.pathname === '/v1/verdicts/stream')
      return this.#stream(url, headers['last-event-id'] as string | undefined, response);
    if (url.pathname === '/v1/verdicts') return this.#page(url, response);
    return this.#read(url, response);
  }

  #decide(type: string | undefined, text: string, response: ServerResponse): void {
    if (type === 'application/cloudevents-batch+json') {
      const events = JSON.parse(text) as JsonObject[];
      return json(
        response,
        200,
        events.map((event) => this.judge(event).verdict),
      );
    }
    const { verdict, duplicate } = this.judge(JSON.parse(text) as JsonObject);
    const status = verdict.accepted ? 201 : 409;
    const { decision: _, ...minimal } = verdict;
    const body = verdict.accepted
      ? minimal
      : { code: verdict.reasons![0]!.code, status, recorded: true, verdict: minimal };
    json(response, status, body, duplicate ? { 'tutti-duplicate': 'true' } : {});
  }

  #foresee(event: JsonObject): unknown {
    const { verdict } = this.judge(event);
    this.journal.pop();
    const { position: _, partition: __, revision: ___, ...foreseen } = verdict;
    return foreseen;
  }

  #read(url: URL, response: ServerResponse): void {
    const [, , kind, one, two] = url.pathname.split('/').map(decodeURIComponent);
    const ofSubject = this.journal.filter(({ subject }) => subject?.id === one);
    const found = (): unknown => {
      if (kind === 'decisions') {
        const source = `/participants/${one}`;
        return this.journal.find(
          ({ decision }) => (decision as JsonObject)['id'] === two && (decision as JsonObject)['source'] === source,
        );
      }
      if (kind !== 'subjects' || ofSubject.length === 0) return undefined;
      if (two === undefined) return ofSubject.at(-1)!.subject;
      if (two === 'next') return { next: [{ type: 'order.ship' }] };
      const after = Number(url.searchParams.get('after') ?? -1);
      const limit = 2;
      const page = ofSubject.filter(({ revision }) => revision > after).slice(0, limit);
      return { verdicts: page, ...(page.length < limit ? {} : { next: page.at(-1)!.revision }) };
    };
    const body = found();
    if (body === undefined) json(response, 404, { code: 'not-found', status: 404, detail: 'nothing there' });
    else json(response, 200, body);
  }

  #page(url: URL, response: ServerResponse): void {
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const verdicts = this.journal.slice(from, from + 2);
    const next = from + verdicts.length;
    json(response, 200, { verdicts, next: String(next), more: next < this.journal.length });
  }

  #stream(url: URL, lastEventId: string | undefined, response: ServerResponse): void {
    if (lastEventId === 'foreign')
      return json(response, 400, { code: 'malformed', status: 400, detail: 'foreign cursor' });
    const start = url.searchParams.has('since') ? 0 : this.journal.length;
    const stream = { response, from: lastEventId === undefined ? start : Number(lastEventId) };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${stream.from}\n\n`);
    this.#streams.add(stream);
    response.once('close', () => {
      this.#streams.delete(stream);
      this.#changed();
    });
    this.#push();
  }

  #push(): void {
    for (const stream of this.#streams) {
      while (stream.from < this.journal.length) {
        const verdict = this.journal[stream.from++];
        stream.response.write(`id: ${stream.from}\nevent: verdict\ndata: ${JSON.stringify(verdict)}\n\n`);
      }
    }
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The connection breaks before an answer; the request was read. */
export const breaksOff: Trouble = (request) => request.socket.destroy();

/** Answers a problem. */
export function refuses(status: number, code: string, headers: Record<string, string> = {}): Trouble {
  return (_, response) => json(response, status, { code, status, detail: `it is ${code}`, recorded: false }, headers);
}
