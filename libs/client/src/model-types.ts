import type { Json, JsonObject } from '@tutti/kernel';

/**
 * What `tutti types` writes for a model. Any interface of this shape types a client: `connect<Marketplace>(…)`.
 *
 * - `decisions`: full type → data
 * - `deadlines` (optional): full types of the clock's decisions
 * - `subjects`: subject type → `{ state, parties, keeps }`
 * - `policies`: policy → parameter → value (shares in basis points, amounts in the asset's smallest unit)
 */
export interface ModelTypes {
  model: string;
  decisions: object;
  subjects: object;
  policies: object;
}

/** The types of a client that was given none: any type, any JSON data. */
export interface AnyModel {
  model: string;
  decisions: Record<string, Json>;
  subjects: Record<string, { state: string; parties: Record<string, string>; keeps: JsonObject }>;
  policies: Record<string, Record<string, number>>;
}

/** Full type of a decision: `order.ship`. */
export type DecisionType<M extends ModelTypes> = keyof M['decisions'] & string;

/** Types that verdicts can be about: decisions, and the clock's (`deadlines`). */
export type VerdictType<M extends ModelTypes> =
  DecisionType<M> | (M extends { deadlines: infer D } ? keyof D & string : never);

/** Data of a decision type. */
export type DataOf<M extends ModelTypes, T extends DecisionType<M>> = M['decisions'][T];

/** Name of a policy. */
export type PolicyName<M extends ModelTypes> = keyof M['policies'] & string;

/** Subject type in a decision's type: `order` of `order.ship` and of `shop:order.ship`. */
export type SubjectTypeOf<T extends string> = T extends `${string}:${infer S}.${string}`
  ? S
  : T extends `${infer S}.${string}`
    ? S
    : string;

interface Declared {
  state: string;
  parties: object;
  keeps: object;
}

type SubjectOf<M extends ModelTypes, S extends string> = S extends keyof M['subjects']
  ? M['subjects'][S] extends Declared
    ? M['subjects'][S]
    : AnyModel['subjects'][string]
  : AnyModel['subjects'][string];

/** A subject after a decision, as every verdict shows it. */
export interface Subject<M extends ModelTypes = AnyModel, S extends string = string> {
  id: string;
  /** Subject type; empty until a decision on it was accepted. */
  type: string;
  /** Accepted decisions so far, irregular ones included. */
  sequence: number;
  /** `new` until the first move. */
  state: SubjectOf<M, S>['state'] | 'new';
  /** Role → participant, those bound so far. */
  parties: Partial<SubjectOf<M, S>['parties']>;
  keeps: Partial<SubjectOf<M, S>['keeps']>;
}
