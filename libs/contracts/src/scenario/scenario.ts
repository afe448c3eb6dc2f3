import type { Json } from '@tutti/kernel';
import type { ReasonCode } from '../reason.js';

/** Where something stands in the tests file; line and column from 1. */
export interface Place {
  line: number;
  column: number;
  /** Characters from there on that are meant. */
  length: number;
}

/** A value with where it was written. */
export interface Placed<T> {
  value: T;
  at: Place;
}

/** A participant as the file declares it. */
export interface Cast {
  id: string;
  /** Undefined: not registered at all. */
  roles: readonly string[] | undefined;
  suspended: boolean;
  /** Tier of the standing; undefined: the top one. */
  tier: string | undefined;
}

/** What both the whole file and a single case may set. */
export interface Setting {
  participants: readonly Cast[];
  /** Policy → parameter → value, instead of the model's defaults. */
  policies: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One thing that happens. */
export type Step =
  | { kind: 'wait'; waitMs: number; at: Place }
  | {
      kind: 'decision';
      /** Full type. */
      type: string;
      by: string;
      /** Subject id; undefined: the case's only subject of that type. */
      on: string | undefined;
      basedOn: number | undefined;
      exact: boolean;
      /** Contract version it is pinned to. */
      version: number | undefined;
      data: Json;
      at: Place;
    };

/** How a verdict must come out. */
export type ExpectedOutcome =
  | { kind: 'accepted' }
  /** Exactly these codes, each at least once. */
  | { kind: 'rejected' | 'irregular'; codes: readonly ReasonCode[] };

/** What `then` says. */
export interface Expectation {
  at: Place;
  /** Undefined where `then` names none: then a decision must be accepted. */
  outcome: Placed<ExpectedOutcome> | undefined;
  /** Subject that `state`, `keeps` … are about; undefined: the one of `when`. */
  on: string | undefined;
  state: Placed<string> | undefined;
  sequence: Placed<number> | undefined;
  /** `null`: not kept. */
  keeps: readonly { name: string; expected: Placed<Json> }[];
  /** `null`: not bound. */
  parties: readonly { role: string; expected: Placed<string | null> }[];
  /** `order.place/honestPromise`, or the name alone. */
  rule: Placed<string> | undefined;
  /** JSON pointers of the reasons, each at least once. */
  pointers: Placed<readonly string[]> | undefined;
  /** Full types of the deadlines that fire while waiting, in order. */
  fires: Placed<readonly string[]> | undefined;
  /** Expectations about layers that do not exist yet. */
  unchecked: readonly { what: string; at: Place }[];
}

/** One case: `it`, `given`, `when`, `then`. */
export interface Case extends Setting {
  it: string;
  at: Place;
  given: readonly Step[];
  when: Step;
  /** What `then` says. */
  expected: Expectation;
}

/** A tests file as written. */
export interface ScenarioFile extends Setting {
  /** Recorded time at which every case begins, milliseconds. */
  startsMs: number;
  cases: readonly Case[];
}
