import type { ModelRevision, Participant, Trust } from '@tutti/contracts';

/** The `control` stream folded. */
export interface ControlState {
  /** Revision of the last record folded; -1 before the first. */
  revision: number;
  space: string;
  partitions: number;
  trust: Trust;
  /** Latest model revision; 0 before the first. */
  model: number;
  models: ReadonlyMap<number, ModelRevision & { hash: string; by: string; because: string; atMs: number }>;
  policies: ReadonlyMap<string, ReadonlyMap<number, Readonly<Record<string, number>>>>;
  participants: ReadonlyMap<string, Participant>;
  /** SHA-256 of a token, hexadecimal → whose it is. */
  tokens: ReadonlyMap<string, { participant: string; scopes: readonly string[] }>;
  epoch: number;
  epochAtMs: number;
}
