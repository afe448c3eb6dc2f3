import type { Caller } from './caller.js';
import type { Decider } from './decider.js';
import type { Decision } from './decision.js';
import { ClosedError } from './errors.js';
import { Lane } from './lane.js';
import type { AnyModel, ModelTypes } from './model-types.js';
import type { Verdict } from './verdict.js';

export interface DecideManyOptions {
  /** Decisions a request, 1 to 1,000. Default 250. */
  batch?: number;
  /** Requests under way at once. A subject's decisions never overlap. Default 4. */
  lanes?: number;
  /** For each request, its repetitions included. Default: the client's. */
  timeoutMs?: number;
}

/** One decision of many, and its verdict. */
export interface Decided<M extends ModelTypes = AnyModel> {
  decision: Decision<M>;
  verdict: Verdict<M>;
}

const BATCH_MOST = 1_000;

/**
 * Sends decisions in batches and gives their verdicts in the order given. Decisions of one subject are judged in that
 * order: each subject has its lane, and a lane has one request under way. Of a request only what was not answered is
 * sent again, with the same ids. Nothing is filled in for `basedOn`. Over Kafka they are batched with whatever else is
 * published.
 *
 * @throws NotRecordedError, UnavailableError, TimeoutError, ClosedError at the first decision without an answer; those
 * given out before are answered, later ones may be
 */
export async function* decideMany(
  caller: Caller,
  decider: Decider,
  decisions: Iterable<Decision> | AsyncIterable<Decision>,
  options: DecideManyOptions & { timeoutMs: number },
): AsyncGenerator<Decided, void, undefined> {
  const batchMost = Math.max(1, Math.min(BATCH_MOST, options.batch ?? 250));
  const lanes = Array.from(
    { length: Math.max(1, options.lanes ?? 4) },
    () => new Lane(caller, options.timeoutMs, batchMost),
  );
  const ahead = batchMost * lanes.length * 2;
  const pending: Promise<Decided>[] = [];
  try {
    await decider.ready(options.timeoutMs);
    const { hasRoad } = decider;
    for await (const decision of decisions) {
      if (caller.lifetime.closed) throw new ClosedError();
      const envelope = decider.envelope(decision, true);
      const answered = hasRoad
        ? decider.decideEnvelope(envelope, options.timeoutMs)
        : lanes[laneOf(decision.subject, lanes.length)]!.add(envelope);
      const decided = answered.then((verdict) => ({ decision, verdict }));
      decided.catch(() => {});
      pending.push(decided);
      while (pending.length >= ahead) yield await pending.shift()!;
    }
    for (const decided of pending) yield await decided;
  } finally {
    for (const lane of lanes) lane.stop();
  }
}

/** The same lane for every decision of a subject. */
function laneOf(subject: string, lanes: number): number {
  let hash = 0;
  for (let i = 0; i < subject.length; i++) hash = (Math.imul(hash, 31) + subject.charCodeAt(i)) | 0;
  return (hash >>> 0) % lanes;
}
