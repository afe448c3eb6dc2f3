import type { CompiledDecision, CompiledModel, Standing } from '@tutti/model';

/** Everything in force during an epoch: control folded up to the revision its `EpochOpened` names. */
export interface Regime {
  epoch: number;
  /** Recorded time of the epoch's opening, milliseconds. */
  atMs: number;
  controlRevision: number;
  space: string;
  partitions: number;
  trust: Trust;
  /** Revision in force for new subjects. */
  model: number;
  /** Every revision published so far: subjects under way are pinned to theirs. */
  models: ReadonlyMap<number, ModelRevision>;
  participants: ReadonlyMap<string, Participant>;
  /** Policy → revision → parameters. */
  policies: ReadonlyMap<string, ReadonlyMap<number, Readonly<Record<string, number>>>>;
  /** A contract of any revision by full type and version. */
  contract(type: string, version: number): CompiledDecision | undefined;
  /** Standing of a participant as this regime fixes it. */
  standing(participant: string): Standing;
}

/** `network`: sources are believed, unknown ones get the model's `open` roles. `signed`: sources must be proven. */
export type Trust = 'network' | 'signed';

export interface ModelRevision {
  revision: number;
  compiled: CompiledModel;
  /** Full type → contract version. */
  contracts: Readonly<Record<string, number>>;
  /** Policy → revision that new subjects of this model revision start under. */
  policies: Readonly<Record<string, number>>;
}

export interface Participant {
  id: string;
  roles: readonly string[];
  suspended: boolean;
  /** Key id (`seller-3#2`) → raw Ed25519 public key, base64url. */
  keys: Readonly<Record<string, string>>;
}
