import type { Json, JsonObject } from '@tutti/kernel';

/**
 * The intermediate form of an orchestration model: what YAML and classes both compile to, what a `ModelPublished`
 * record holds, and what is hashed (RFC 8785). Where order has a meaning there are arrays, so that canonical bytes
 * keep it. Durations are milliseconds (`…Ms`), shares basis points, amounts the asset's smallest unit.
 */
export interface ModelDefinition {
  tutti: 1;
  model: string;
  /** Prefix of the CloudEvents types, without the dot. */
  namespace?: string;
  epochMs: number;
  /** Roles an unknown source gets where the space trusts its network. */
  open: string[];
  /** Role → what it does, in words. */
  roles: Record<string, string>;
  /** Asset → decimal places. */
  assets: Record<string, number>;
  interaction: Record<string, SubjectDefinition>;
  measures: Record<string, MeasureDefinition>;
  incentive?: IncentiveDefinition;
  policies: Record<string, PolicyDefinition>;
  learning?: LearningDefinition;
  coherence: CoherenceDefinition;
}

export interface SubjectDefinition {
  /** Without `new`, which is every subject's state before its first move. */
  states: string[];
  /** Role → where the participant is named. */
  parties: Record<string, Path>;
  keeps: Record<string, Path>;
  mode: 'enforce' | 'observe';
  /** How long ids are remembered, in milliseconds of the partition's clock, or for ever. */
  ids: number | 'forever';
  existing: 'pin';
  /** Verb → decision; the full type is `subject.verb`. */
  decisions: Record<string, DecisionDefinition>;
}

/** A path into the decisions of a subject: `place.total`, `place.by`, `deliver.at`, `sum(refund.amount)`, `count(attempt)`. */
export type Path =
  | { kind: 'data'; decision: string; property: string }
  | { kind: 'by'; decision: string }
  | { kind: 'at'; decision: string }
  | { kind: 'sum'; decision: string; property: string }
  | { kind: 'count'; decision: string };

export interface DecisionDefinition {
  /** Roles that may decide; empty for `by: clock`. `any`: not only the subject's own party. */
  by: { role: string; any: boolean }[];
  /** True for `by: clock`: fires by itself `afterMs` after the state it moves from was entered. */
  clock: boolean;
  afterMs?: number;
  /** State → state. Empty: accepted in any state but `new`, changes no state. */
  moves: { from: string; to: string }[];
  /** JSON Schema 2020-12 of the payload; `x-tutti-role` and `x-tutti-asset` mark roles and amounts. */
  schema: JsonObject;
  /** In the order written: the first one that fails is the reason. */
  requires: { name: string; cel: string }[];
  fact: boolean;
  manual: boolean;
}

export interface MeasureDefinition {
  /** Full types without namespace, `order.deliver`. */
  when: string[];
  if?: string;
}

export interface IncentiveDefinition {
  accounts: Record<string, { each?: 'participant'; min?: number; max?: number }>;
  /** In model order. */
  rules: RuleDefinition[];
  /** Role → standing. */
  standings: Record<string, StandingDefinition>;
}

export interface RuleDefinition {
  name: string;
  /** Full decision types, or `epoch`. */
  when: string[] | 'epoch';
  each?: string;
  if?: string;
  verb: 'pay' | 'hold' | 'post' | 'void';
  /** CEL of the amount (`pay`, `hold`), or the name of the hold rule (`post`, `void`). */
  amount: string;
  from?: string;
  to?: string;
  short: 'owe' | 'cap' | 'skip';
}

export interface StandingDefinition {
  windowMs: number;
  /** CEL over measures. */
  score: string;
  /** From the best to the worst; the first one the score reaches. */
  tiers: { name: string; from: number; attributes: Record<string, Json> }[];
}

export interface PolicyDefinition {
  /** Unit: a role, `subject`, or a context; absent: one revision for all. */
  per?: string;
  applies: 'new' | 'all';
  graceMs?: number;
  parameters: Record<string, ParameterDefinition>;
}

export interface ParameterDefinition {
  /** `integer`, `share` (basis points), or an asset (its smallest unit). */
  type: string;
  default: number;
  minimum: number;
  maximum: number;
}

export interface LearningDefinition {
  loops: Record<string, LoopDefinition>;
  /** `default`, or a policy's name. */
  rollout: Record<string, RolloutDefinition>;
}

export interface LoopDefinition {
  /** `policy.parameter`. */
  tunes: string;
  raise: string;
  lower: string;
  /** In periods. */
  for: number;
  cooldown: number;
  step: number;
}

export interface RolloutDefinition {
  /** Shares in basis points, growing, the last 10000. */
  stages?: number[];
  /** In periods. */
  bake?: number;
  abort?: string;
  approval?: 'required';
}

export interface CoherenceDefinition {
  contexts: { subject: string; keep: string; top?: number }[];
  weights: { conflict: number; edge: number; unpredictability: number; friction: number };
}
