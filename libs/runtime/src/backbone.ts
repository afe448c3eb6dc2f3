import type { Authentication, DecisionEvent, Regime, SubjectState, WireVerdict } from '@tutti/contracts';
import type { TuttiError } from '@tutti/kernel';
import type { CompiledModel, ModelDefinition } from '@tutti/model';
import type { ControlState } from './control/control-state.js';
import type { OperatorAct } from './control/operator-act.js';

/** The answer to one submitted decision: its verdict, durable, and whether it is the earlier one of the same id. */
export interface Answer {
  readonly accepted: boolean;
  /** Made when it is read for the first time. */
  readonly verdict: WireVerdict;
  /** True where the same decision had been judged before: the first verdict is the answer again. */
  readonly duplicate: boolean;
  /** The JSON text of `verdict`, spliced from the journal's bytes: several times cheaper than to stringify it. */
  text(): string;
}

/** A decision and how its source was proven. */
export interface Submission {
  event: DecisionEvent;
  authentication: Authentication;
}

/** What the services ask of the running backbone. One machine: everything in this process. */
export interface Backbone {
  readonly space: string;
  readonly partitions: number;

  /**
   * Judges decisions; each promise resolves when its verdict is durable in the journal (group commit). Order within a
   * subject is the order of the calls.
   *
   * @throws TuttiError `unavailable` (journal or store away, retryable), `overloaded` (queue full, retryable)
   */
  submit(event: DecisionEvent, authentication: Authentication): Promise<Answer>;

  /**
   * Judges many decisions with one promise: resolves when the last of them has its answer. In order of the decisions;
   * an error stands where {@link submit} would have thrown it. Never rejects.
   */
  submitAll(submissions: readonly Submission[]): Promise<(Answer | TuttiError)[]>;

  /**
   * The verdict a decision would get now: the earlier one where its id is used up by the same decision. Nothing is
   * recorded: `revision` is -1 and `position` is empty.
   */
  dryRun(event: DecisionEvent, authentication: Authentication): Promise<WireVerdict>;

  /** In force now in partition 0; others follow within a barrier. */
  regime(): Regime;
  /** Control folded to its end: what will be in force from the next epoch on. */
  control(): ControlState;
  /**
   * Journals an operator's act and asks for an early epoch. Resolves once it is durable.
   *
   * @param ifRevision control revision (or model revision for `publish-model`) the operator saw
   * @throws TuttiError `revision-mismatch`, `model-invalid`, `incompatible`, `malformed`, `not-found`
   */
  operate(act: OperatorAct, ifRevision?: number): Promise<{ controlRevision: number; effectiveEpoch: number }>;
  /** Resolves when every partition judges under the epoch, or a later one. */
  inForce(epoch: number): Promise<void>;

  subject(id: string): Promise<SubjectState | undefined>;
  /** Verdicts of one subject, oldest first, a page: those after revision `after`, at most `limit` (default 100). */
  history(id: string, after?: number, limit?: number): Promise<WireVerdict[]>;
  /** Verdict of a decision by subject, or by participant and id alone (index, may be several). */
  findDecision(participant: string, id: string, subject?: string): Promise<WireVerdict[]>;
  verdict(partition: number, revision: number): Promise<WireVerdict | undefined>;
  /** Verdicts of a partition from a revision on, at most `limit`; `next` is where to go on (claims and barriers are skipped). */
  verdicts(partition: number, from: number, limit: number): Promise<{ verdicts: WireVerdict[]; next: number }>;
  /** Last revision of each partition, as far as known here. */
  tails(): number[];
  /**
   * Looks where every partition ends now, for `tails`. Absent where they are known at any moment.
   *
   * @throws JournalUnavailableError
   */
  refreshTails?(): Promise<void>;
  /** Wakes after anything was appended to any partition; a hint. */
  follow(wake: () => void): () => void;
  /** What the model has no answer for, grouped by signature, most frequent first. */
  edges(): Promise<Edge[]>;
  /** Accepted decisions by full type and contract version. */
  contractUse(): Promise<Record<string, Record<number, number>>>;

  compile(definition: ModelDefinition): CompiledModel;
  status(): BackboneStatus;
  /** Takes nothing more, answers what it has taken, flushes, closes. */
  close(): Promise<void>;
}

/** One signature the model has no answer to. */
export interface Edge {
  /** `order.deliver in cancelled`, `order.return unknown-type` */
  signature: string;
  code: 'undeclared' | 'unknown-type' | 'unknown-version';
  type: string;
  /** State the subject was in; absent for unknown types. */
  state?: string;
  count: number;
  firstEpoch: number;
  lastEpoch: number;
  /** Up to 3 positions, the latest last. */
  samples: string[];
  participants: string[];
}

export interface BackboneStatus {
  ready: boolean;
  /**
   * What is away or wrong, by code: `journal-unavailable`, `store-unavailable`, `disk-full`, `data-read-only`,
   * `clock-jump`, `partition-lost`, `journal-corrupt`, `no-model`, `internal`.
   */
  problems: { code: string; detail: string; sinceMs: number }[];
  epoch: number;
  modelRevision: number;
  model: string;
  trust: 'network' | 'signed';
  partitions: {
    partition: number;
    term: number;
    revision: number;
    epoch: number;
    queued: number;
    checkpointRevision: number;
    subjectsInMemory: number;
  }[];
}
