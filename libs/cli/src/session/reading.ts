import { NotRecordedError, type Problem, TuttiError, UnavailableError, type Verdict } from '@tutti/client';
import type { Json } from '@tutti/kernel';

/** A page of verdicts in order of recorded time. */
export interface VerdictPage {
  verdicts: Verdict[];
  /** Cursor of the page after. */
  next: string;
  more: boolean;
}

/** Reads of the command line that a participant's client has no use for. One attempt each. */
export class Reading {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #timeoutMs: number;

  constructor(url: string, token: string | undefined, timeoutMs: number) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#timeoutMs = timeoutMs;
  }

  /** The verdict at a position (`3-1207`); undefined where there is none. @throws NotRecordedError, UnavailableError */
  async verdictAt(position: string): Promise<Verdict | undefined> {
    return (await this.#find(`/v1/verdicts/${encodeURIComponent(position)}`)) as Verdict | undefined;
  }

  /** @throws NotRecordedError, UnavailableError */
  async verdicts(query: Readonly<Record<string, string | undefined>>): Promise<VerdictPage> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
    return (await this.#get(`/v1/verdicts?${search.toString()}`)) as unknown as VerdictPage;
  }

  /** Reads the whole journal: as long as that takes. @throws NotRecordedError, UnavailableError */
  async outcome(): Promise<{ outcome: string }> {
    return (await this.#get('/v1/audit/outcome', 600_000)) as { outcome: string };
  }

  async #find(path: string): Promise<Json | undefined> {
    try {
      return await this.#get(path);
    } catch (error) {
      if (error instanceof NotRecordedError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async #get(path: string, timeoutMs = this.#timeoutMs): Promise<Json> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    let response: Response;
    let body: Json | undefined;
    try {
      response = await fetch(this.#url + path, { headers, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
      body = parsed(await response.text());
    } catch (cause) {
      throw new UnavailableError(`${this.#url} was not reached: ${reasonOf(cause)}`, {
        where: this.#url,
        mend: 'start the backbone (tutti start), or give its url: --url',
        cause,
      });
    }
    if (response.ok && body !== undefined) return body;
    throw refusal(response.status, body, path);
  }
}

function refusal(status: number, body: Json | undefined, path: string): TuttiError {
  const problem = (typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {}) as Partial<Problem>;
  const code = problem.code ?? (status === 404 ? 'not-found' : 'unavailable');
  const message = problem.detail ?? problem.title ?? `answered ${status}`;
  const mend = typeof problem['mend'] === 'string' ? { mend: problem['mend'] } : {};
  if (status === 503) return new UnavailableError(message, { where: path, ...mend });
  return new NotRecordedError(code, message, { where: path, problem: { ...problem, code, status }, ...mend });
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The innermost cause: `fetch failed` says nothing. */
function reasonOf(error: unknown): string {
  let text = String(error);
  for (let e = error; e instanceof Error; e = e.cause) text = e.message === '' ? text : e.message;
  return text;
}
