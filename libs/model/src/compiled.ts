import type { Json, JsonObject } from '@tutti/kernel';
import type { DecisionDefinition, ModelDefinition, Path, SubjectDefinition } from './definition.js';

/** A model ready to judge with: validators compiled, expressions compiled and typed, reachability precomputed. */
export interface CompiledModel {
  readonly definition: ModelDefinition;
  /** SHA-256 of the definition's canonical JSON, 64 hexadecimal digits. */
  readonly hash: string;
  /** By subject type name (`order`). */
  readonly subjects: ReadonlyMap<string, CompiledSubject>;
  /** By full CloudEvents type, namespace included (`order.place`). */
  readonly decisions: ReadonlyMap<string, CompiledDecision>;
  /** The subject type a full type's first part names, even where the verb is unknown. */
  subjectOfType(type: string): CompiledSubject | undefined;
  /** Policy → parameter → default. */
  readonly policyDefaults: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Role → the top tier. */
  readonly topStandings: Readonly<Record<string, Standing>>;
}

/** A participant's standing as expressions see it. */
export interface Standing {
  score: number;
  tier: string;
  attributes: Readonly<Record<string, Json>>;
}

export interface CompiledSubject {
  readonly name: string;
  readonly definition: SubjectDefinition;
  /** Decisions by clock, by the state they leave. At most one leaves a state first: the shortest `after`. */
  readonly deadlines: ReadonlyMap<string, readonly CompiledDecision[]>;
  /** State (`new` included) → states that some path of moves leads to, itself not included unless on a cycle. */
  readonly reach: ReadonlyMap<string, ReadonlySet<string>>;
  /** Role → the verb whose decision binds the party. */
  readonly parties: readonly { role: string; path: Path }[];
  readonly keeps: readonly { name: string; path: Path; isTime: boolean }[];
}

export interface CompiledDecision {
  /** Full CloudEvents type. */
  readonly type: string;
  readonly verb: string;
  readonly subject: CompiledSubject;
  readonly definition: DecisionDefinition;
  /** State it may leave → state it enters. Empty: accepted in any state but `new`. */
  readonly moves: ReadonlyMap<string, string>;
  /** The one state all its moves lead to, or undefined (no move, or several targets). */
  readonly target: string | undefined;
  /** Checks the payload; `undefined` = it fits. All errors, sorted by pointer, then message. Never throws. */
  validate(data: unknown): SchemaProblem[] | undefined;
  /** Properties of `data` that name participants, with the role they must hold. */
  readonly roleProperties: readonly { property: string; role: string; optional: boolean }[];
  readonly requirements: readonly CompiledRequirement[];
}

export interface SchemaProblem {
  /** JSON pointer into the data. */
  pointer: string;
  /** In words of the model: `42.00 is not an integer: amounts are in cents, write 4200`. */
  message: string;
  actual?: Json;
}

export interface CompiledRequirement {
  readonly name: string;
  readonly cel: string;
  /** Evaluates to a boolean; overflow, null, division by zero give `error`. Never throws. Pure. */
  evaluate(scope: RequirementScope): RequirementOutcome;
}

export type RequirementOutcome =
  | { ok: true }
  /** `values`: what each path of the expression was, in the order they stand there. */
  | { ok: false; values: Record<string, Json> }
  | { ok: false; error: string; values: Record<string, Json> };

/** What a requirement may see. Times in milliseconds. */
export interface RequirementScope {
  data: unknown;
  by: { id: string; role: string };
  atMs: number;
  /** The subject before the decision, its parties already bound from the decision. */
  subject: {
    state: string;
    sequence: number;
    parties: Readonly<Record<string, string>>;
    keeps: Readonly<Record<string, Json>>;
  };
  /** Policy → parameter → value, as pinned. */
  policy: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The standing of a participant, as the regime fixes it. */
  standing(participant: string): Standing;
}

/** One thing the checker has to say about a model's text. */
export interface Problem {
  /** Literal; each has a page. */
  code: string;
  severity: 'error' | 'warning';
  file: string;
  /** From 1. */
  line: number;
  column: number;
  /** Characters the caret marks. */
  length: number;
  message: string;
  /** What to do about it: `did you mean …`. */
  mend?: string;
}

/** A JSON Schema with the annotations the model uses. */
export type DataSchema = JsonObject;
