import type { Json } from '@tutti/kernel';
import { Gate } from './gate.js';

/** One request to the backbone. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute path, encoded, with its query. */
  path: string;
  headers?: Record<string, string>;
  /** JSON text. */
  body?: string;
}

/** An answer of the backbone, or of something in front of it. */
export interface Reply {
  status: number;
  headers: Headers;
  /** `undefined` where the body was no JSON. */
  body: Json | undefined;
  /** From `Retry-After`, milliseconds. */
  retryAfterMs: number | undefined;
}

/** A request that got no answer. */
export class NoAnswer extends Error {
  /** True where not one byte can have arrived. */
  readonly notSent: boolean;

  constructor(notSent: boolean, cause: unknown) {
    super(reasonOf(cause), { cause });
    this.name = 'NoAnswer';
    this.notSent = notSent;
  }
}

/** A bearer token, or how to get one (called for every request; cache it where that is dear). */
export type Token = string | (() => string | Promise<string>);

export interface HttpOptions {
  /** Base URL: `http://127.0.0.1:4400`. Undefined: there is no HTTP, decisions go another way. */
  url: string | undefined;
  token?: Token;
  /** Requests under way at once, streams not counted. */
  connections: number;
  fetch: typeof globalThis.fetch;
}

/** Requests to one backbone, over kept-alive connections. One attempt each; `Caller` repeats. */
export class Http {
  /** Whether there is an address to call. */
  readonly isThere: boolean;
  readonly url: string;
  readonly #token: Token | undefined;
  readonly #fetch: typeof globalThis.fetch;
  readonly #gate: Gate;

  constructor(options: HttpOptions) {
    this.isThere = options.url !== undefined;
    this.url = (options.url ?? '').replace(/\/+$/, '');
    this.#token = options.token;
    this.#fetch = options.fetch;
    this.#gate = new Gate(options.connections);
  }

  /**
   * @param timeoutMs for this attempt, waiting for a free connection not counted
   * @throws NoAnswer
   */
  request(request: HttpRequest, timeoutMs: number): Promise<Reply> {
    return this.#gate.run(async () => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
      try {
        return await replyOf(await this.open(request, abort.signal));
      } catch (error) {
        throw error instanceof NoAnswer ? error : new NoAnswer(false, error);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /**
   * Resolves with the head of the answer; the caller reads the body. Not counted as a connection.
   *
   * @throws NoAnswer
   */
  async open(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
    try {
      const token = typeof this.#token === 'function' ? await this.#token() : this.#token;
      if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    } catch (error) {
      throw new NoAnswer(true, error);
    }
    try {
      return await this.#fetch(this.url + request.path, {
        method: request.method,
        headers,
        signal,
        redirect: 'error',
        ...(request.body === undefined ? {} : { body: request.body }),
      });
    } catch (error) {
      throw new NoAnswer(isNotSent(error), error);
    }
  }
}

/** Reads an answer to its end. */
export async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response;
  return {
    status,
    headers,
    body: parsed(await response.text()),
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
  };
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function isNotSent(error: unknown): boolean {
  for (let e = error; typeof e === 'object' && e !== null; e = (e as { cause?: unknown }).cause) {
    const { code, errors } = e as { code?: unknown; errors?: unknown };
    if (typeof code === 'string' && NOT_SENT.has(code)) return true;
    // Ports that `fetch` never calls (WHATWG, section "port blocking").
    if (e instanceof Error && e.message === 'bad port') return true;
    if (Array.isArray(errors) && errors.length > 0) return errors.every(isNotSent);
  }
  return false;
}

function reasonOf(error: unknown): string {
  let text = error instanceof Error ? error.message : String(error);
  for (let e = error; e instanceof Error; e = e.cause) text = e.message === '' ? text : e.message;
  return text;
}

function parsed(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
