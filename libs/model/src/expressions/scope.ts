import type { Value } from './value.js';

/** What an expression can see: a tree of names over a scope of type S. */
export type ScopeNode<S> = ScopeFields<S> | ScopeValue<S>;

export interface ScopeFields<S> {
  kind: 'fields';
  /** For messages: ``order keeps no field `x` ``. */
  lacks: string;
  fields: ReadonlyMap<string, ScopeNode<S>>;
  /** What any other name stands for, where the names are not known. */
  other?: (name: string) => ScopeValue<S>;
}

export interface ScopeValue<S> {
  kind: 'value';
  type: 'int' | 'string' | 'bool' | 'time' | 'dyn';
  /** The value, or `undefined` if it is not set. May throw an `ExpressionFault`. */
  read(scope: S): Value | undefined;
  /** `share`, or an asset. */
  unit?: string;
  /** All values a text can have. */
  values?: readonly string[];
  /** The roles of the participant it names. */
  roles?: readonly string[];
  /** Whether it can be missing on some path. */
  optional?: boolean;
  /** The policy it belongs to. */
  policy?: string;
}

export interface Scope<S> {
  roots: ReadonlyMap<string, ScopeNode<S>>;
  /** `standing(id)`: what is known of the standing of a participant that a value names. */
  standingOf?: (participant: ScopeValue<S>) => ScopeFields<S>;
  emptyRate: 'zero' | 'no-evidence' | 'error';
}
