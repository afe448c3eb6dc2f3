import type { WireVerdict } from '@tutti/contracts';
import { backOffMs } from './back-off.js';
import type { Caller } from './caller.js';
import { NotRecordedError } from './errors.js';
import { eventStream } from './event-stream.js';
import { NoAnswer } from './http.js';
import type { Lifetime } from './lifetime.js';
import type { AnyModel, ModelTypes, VerdictType } from './model-types.js';
import { type Verdict, verdictFromWire } from './verdict.js';
import { pathWith } from './wire.js';

/** Which verdicts to follow; what is left out does not narrow. */
export interface VerdictFilter<M extends ModelTypes = AnyModel, T extends VerdictType<M> = VerdictType<M>> {
  types?: readonly T[];
  subject?: string;
  accepted?: boolean;
  /** Accepted although a rule would refuse it. */
  irregular?: boolean;
  /** Reason codes, of refusals or irregularities. */
  codes?: readonly string[];
  /** Only on own decisions and on subjects one is a party to. */
  mine?: boolean;
  /**
   * Where to begin when there is no cursor: `start` = the first verdict, a time (RFC 3339 or a Date), a span back from
   * now (`30s 15m 1h 2d`), or `now`. Default: `now`.
   */
  since?: 'start' | 'now' | Date | (string & {});
}

/** A verdict, and the place after it. `verdict` is absent where only the place moved on. */
export interface Followed {
  verdict: Verdict | undefined;
  cursor: string | undefined;
}

/** Query parameters of a filter: where it names several types or codes, the backbone narrows to none of them. */
export function queryOf(
  filter: VerdictFilter,
  participant: string | undefined,
): Record<string, string | boolean | undefined> {
  const { types, codes, mine } = filter;
  return {
    type: types?.length === 1 ? types[0] : undefined,
    subject: filter.subject,
    accepted: filter.accepted,
    irregular: filter.irregular,
    code: codes?.length === 1 ? codes[0] : undefined,
    mine: mine === true ? (participant ?? 'true') : undefined,
    since: sinceOf(filter.since),
  };
}

/** What the query leaves to be narrowed here. */
export function passes({ types, codes }: VerdictFilter, verdict: Verdict): boolean {
  if (types !== undefined && !types.includes(verdict.decision.type ?? '')) return false;
  if (codes === undefined) return true;
  const reasons = verdict.accepted ? (verdict.irregular ?? []) : verdict.reasons;
  return reasons.some(({ code }) => codes.includes(code));
}

/** What HTTP narrows by the query, for verdicts that come by another way. */
export function narrows(
  { subject, accepted, irregular, mine, since }: VerdictFilter,
  verdict: Verdict,
  participant: string | undefined,
): boolean {
  if (subject !== undefined && verdict.subject?.id !== subject) return false;
  if (accepted !== undefined && verdict.accepted !== accepted) return false;
  if (irregular !== undefined && (verdict.accepted && verdict.irregular !== undefined) !== irregular) return false;
  if (since !== undefined && since !== 'now' && Date.parse(verdict.at) < sinceMsOf(since)) return false;
  if (mine !== true || participant === undefined) return true;
  if (verdict.decision.source === `/participants/${participant}`) return true;
  return Object.values(verdict.subject?.parties ?? {}).includes(participant);
}

const SPANS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Where a filter begins, milliseconds since 1970.
 *
 * @throws NotRecordedError `malformed`
 */
export function sinceMsOf(since: NonNullable<VerdictFilter['since']>): number {
  if (since instanceof Date) return since.getTime();
  if (since === 'start') return 0;
  const span = /^(\d{1,9})([smhd])$/.exec(since);
  const ms = span === null ? Date.parse(since) : Date.now() - Number(span[1]) * SPANS_MS[span[2]!]!;
  if (!Number.isNaN(ms)) return ms;
  throw new NotRecordedError('malformed', `since is no time: ${since}`, {
    mend: 'give start, now, a span (30s 15m 1h 2d), or a time (RFC 3339)',
  });
}

function sinceOf(since: VerdictFilter['since']): string | undefined {
  if (since === undefined || since === 'now') return undefined;
  if (since === 'start') return '1970-01-01T00:00:00Z';
  return since instanceof Date ? since.toISOString() : since;
}

/** Follows verdicts over one way or another. */
export type Follow = (
  lifetime: Lifetime,
  filter: VerdictFilter,
  options: FollowOptions,
) => AsyncGenerator<Followed, void, undefined>;

export interface FollowOptions {
  /** Cursor to go on from. */
  from: string | undefined;
  /** Whose `mine` is. */
  participant: string | undefined;
  /** Told when a stream has begun (its first place is known), and when it is lost. */
  onConnected?: (connected: boolean) => void;
}

/**
 * Verdicts as they are recorded, for as long as they are read: a lost connection is made again with back-off, and the
 * stream goes on after the last place. Returns at `close()`.
 *
 * @throws NotRecordedError `gone`, `malformed`, `unauthenticated`, `forbidden`
 */
export async function* follow(
  caller: Caller,
  lifetime: Lifetime,
  filter: VerdictFilter,
  options: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const path = pathWith('/v1/verdicts/stream', queryOf(filter, options.participant));
  const { onConnected } = options;
  let cursor = options.from;
  let attempt = 0;
  while (!lifetime.closed) {
    try {
      const onOpen = (): void => {
        caller.contact.connected = true;
        caller.contact.lastAnswerAtMs = Date.now();
      };
      let begun = false;
      for await (const step of eventStream(caller.http, lifetime, path, cursor, onOpen)) {
        if (!begun) onConnected?.(true);
        begun = true;
        attempt = 0;
        const verdict = verdictOf(step.event);
        cursor = step.cursor ?? cursor;
        yield { verdict: verdict !== undefined && passes(filter, verdict) ? verdict : undefined, cursor };
        if (lifetime.closed) return;
      }
    } catch (error) {
      if (lifetime.closed) return;
      const isOver = !(error instanceof NoAnswer || (error instanceof NotRecordedError && isPassing(error)));
      if (isOver) throw error;
      caller.contact.lastError = error;
      if (error instanceof NoAnswer) caller.contact.connected = false;
    }
    onConnected?.(false);
    attempt++;
    await lifetime.sleep(backOffMs(attempt));
  }
}

function isPassing(error: NotRecordedError): boolean {
  const status = error.problem?.status ?? 0;
  return status >= 500 || status === 429;
}

function verdictOf(event: { name: string; data: string } | undefined): Verdict | undefined {
  if (event === undefined || (event.name !== 'verdict' && event.name !== 'message')) return undefined;
  return verdictFromWire(JSON.parse(event.data) as WireVerdict, false);
}
