import type { WireVerdict } from '@tutti/contracts';
import type { Json } from '@tutti/kernel';
import type { Caller } from './caller.js';
import { NotRecordedError } from './errors.js';
import type { AnyModel, ModelTypes, Subject } from './model-types.js';
import { passes, queryOf, type VerdictFilter } from './follow.js';
import { notRecorded } from './problem.js';
import { type Verdict, verdictFromWire } from './verdict.js';
import { decisionPath, pathWith, verdictOfBody } from './wire.js';

/** Verdicts a page. */
const PAGE = 200;

/** One decision that a subject's state allows now. */
export interface NextStep {
  /** Full type: `order.ship`. */
  type: string;
  verb: string;
  /** `order.ship@2` */
  contract: string;
  /** Who may take it: role, and the participant where only the subject's own party may. Empty for the clock. */
  by: { role: string; participant?: string }[];
  /** State it leads to; absent where it moves nothing. */
  to?: string;
  /** Set for the clock's: when it is due, RFC 3339. */
  dueAt?: string;
  fact: boolean;
  manual: boolean;
}

/** A subject as it is now. */
export interface CurrentSubject<M extends ModelTypes = AnyModel, S extends string = string> extends Subject<M, S> {
  /** Model revision and policy revisions it is judged under. */
  model: number;
  policies: Record<string, number>;
  /** When it entered its state, RFC 3339; absent in `new`. */
  enteredAt?: string;
  /** What the clock will decide if nobody does before. */
  due?: { type: string; at: string };
  /** Verdicts so far, rejections included. */
  verdicts: number;
  partition: number;
}

/** Reads what is on record. A `404` is `undefined` or nothing, every other refusal an error. */
export class Reader {
  readonly #caller: Caller;
  readonly #timeoutMs: number;

  constructor(caller: Caller, timeoutMs: number) {
    this.#caller = caller;
    this.#timeoutMs = timeoutMs;
  }

  async verdict(
    id: string,
    participant: string | undefined,
    subject: string | undefined,
  ): Promise<Verdict | undefined> {
    if (participant === undefined) {
      throw new NotRecordedError('malformed', `whose decision is ${id}?`, { mend: 'give `participant`' });
    }
    const body = await this.get(decisionPath({ source: `/participants/${participant}`, id, subject }));
    const wire = verdictOfBody(body);
    return wire && verdictFromWire(wire, false);
  }

  async subject(id: string): Promise<CurrentSubject | undefined> {
    return (await this.get(`/v1/subjects/${encodeURIComponent(id)}`)) as unknown as CurrentSubject | undefined;
  }

  async *verdicts(filter: VerdictFilter, participant: string | undefined): AsyncGenerator<Verdict, void, undefined> {
    const query = { ...queryOf(filter, participant), limit: PAGE };
    for (let cursor: string | undefined; ;) {
      const path = pathWith('/v1/verdicts', cursor === undefined ? query : { ...query, since: undefined, cursor });
      const page = (await this.get(path)) as unknown as { verdicts: WireVerdict[]; next: string; more: boolean };
      for (const wire of page.verdicts) {
        const verdict = verdictFromWire(wire, false);
        if (passes(filter, verdict)) yield verdict;
      }
      if (!page.more) return;
      cursor = page.next;
    }
  }

  async *history(id: string): AsyncGenerator<Verdict, void, undefined> {
    for (let after: number | undefined; ;) {
      const path = pathWith(`/v1/subjects/${encodeURIComponent(id)}/history`, { after, limit: PAGE });
      const page = (await this.get(path)) as unknown as { verdicts: WireVerdict[]; next?: number } | undefined;
      if (page === undefined) return;
      for (const wire of page.verdicts) yield verdictFromWire(wire, false);
      if (page.next === undefined) return;
      after = page.next;
    }
  }

  async next(id: string): Promise<NextStep[]> {
    const body = (await this.get(`/v1/subjects/${encodeURIComponent(id)}/next`)) as unknown as
      { next: NextStep[] } | undefined;
    return body?.next ?? [];
  }

  /** The body of a read; `undefined` for 404. */
  async get(path: string): Promise<Json | undefined> {
    const reply = await this.#caller.call({ method: 'GET', path }, { timeoutMs: this.#timeoutMs });
    if (reply.status === 200) return reply.body;
    if (reply.status === 404) return undefined;
    throw notRecorded(reply, path);
  }
}
