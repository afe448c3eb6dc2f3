import type { InputRoad, Reason, WireVerdict } from '@tutti/contracts';
import type { Json, JsonObject } from '@tutti/kernel';
import type { AnyModel, ModelTypes, Subject, SubjectTypeOf, VerdictType } from './model-types.js';

/** The event as the backbone received it, in structured form; `base64` alone where its bytes are no JSON. */
export interface RecordedDecision {
  id?: string;
  source?: string;
  type?: string;
  subject?: string;
  /** RFC 3339 */
  time?: string;
  data?: Json;
  base64?: string;
  [attribute: string]: Json | undefined;
}

interface Judged<M extends ModelTypes, S extends string> {
  decision: RecordedDecision;
  /** Participant and the role acted in. */
  by?: { id: string; role: string };
  /** SHA-256 of the event's bytes: `sha256:…` */
  hash: string;
  /** `order.ship@2`; absent where no contract was found. */
  contract?: string;
  /** Model revision it was judged under. */
  model: number;
  epoch: number;
  /** Recorded time, RFC 3339. */
  at: string;
  /** Policy → revision it was judged under. */
  policies: Record<string, number>;
  /** The subject after the decision; absent where no subject could be read. */
  subject?: Subject<M, S>;
  moved?: { from: string; to: string };
  /** The road it came by. */
  input: InputRoad;
  /** `3-1207`: partition and revision. */
  position: string;
  partition: number;
  revision: number;
  /** True where the same decision had been judged before: this is that first verdict again. */
  duplicate: boolean;
}

/** The decision holds. */
export interface Accepted<M extends ModelTypes = AnyModel, S extends string = string> extends Judged<M, S> {
  accepted: true;
  /** Why it would have been refused, had it not been a fact or its subject in `mode: observe`. */
  irregular?: [Reason, ...Reason[]];
}

/** The decision does not hold. A final answer, on record; a new decision needs a new id unless a reason is `retryable`. */
export interface Rejected<M extends ModelTypes = AnyModel, S extends string = string> extends Judged<M, S> {
  accepted: false;
  reasons: [Reason, ...Reason[]];
}

/** The backbone's answer to one decision. `S` is the subject's type. */
export type Verdict<M extends ModelTypes = AnyModel, S extends string = string> = Accepted<M, S> | Rejected<M, S>;

/** The verdict on a decision of type `T`. */
export type VerdictOn<M extends ModelTypes, T extends VerdictType<M>> = Verdict<M, SubjectTypeOf<T>>;

type WithoutPlace<V> = V extends unknown ? Omit<V, 'position' | 'partition' | 'revision' | 'duplicate'> : never;

/** The verdict a decision would get now. It is not on record, so it has no position. */
export type Foreseen<M extends ModelTypes = AnyModel, S extends string = string> = WithoutPlace<Verdict<M, S>>;

/**
 * A verdict as the client hands it out. `wire` has been read from the backbone and is trusted to be one.
 *
 * @param decision stands in where the answer leaves the sender's own decision out (`Prefer: return=minimal`)
 */
export function verdictFromWire(wire: WireVerdict, duplicate: boolean, decision?: JsonObject): Verdict {
  const whole = wire.decision === undefined ? { ...wire, decision } : wire;
  return { ...whole, duplicate } as Verdict;
}
