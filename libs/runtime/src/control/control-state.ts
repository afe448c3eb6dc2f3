import type { ModelRevision, Participant, Trust } from '@tutti/contracts';
import type { TokenScope } from './operator-act.js';

/** A model revision with who published it and why. */
export type PublishedModel = ModelRevision & { hash: string; by: string; because: string; atMs: number };

/** The `control` stream folded. Never changed in place. */
export interface ControlState {
  /** Revision of the last record folded; -1 before the first. */
  revision: number;
  space: string;
  partitions: number;
  trust: Trust;
  /** Versions of the formats that the space was created with; 0 before. */
  formats: { journal: number; control: number };
  /** Latest model revision; 0 before the first. */
  model: number;
  models: ReadonlyMap<number, PublishedModel>;
  /** Policy → revision → parameters. */
  policies: ReadonlyMap<string, ReadonlyMap<number, Readonly<Record<string, number>>>>;
  participants: ReadonlyMap<string, Participant>;
  /** Participant → keys it has ever had, retired ones included: numbers are never given twice. */
  keysEver: ReadonlyMap<string, number>;
  /** SHA-256 of a token, hexadecimal → whose it is. */
  tokens: ReadonlyMap<string, { participant: string; scopes: readonly TokenScope[] }>;
  /** Latest epoch opened; 0 before the first. */
  epoch: number;
  epochAtMs: number;
  /** Revision of the record that opened it; -1 before the first. */
  epochRevision: number;
}

/** Control before its first record. */
export const NOTHING: ControlState = {
  revision: -1,
  space: '',
  partitions: 0,
  trust: 'signed',
  formats: { journal: 0, control: 0 },
  model: 0,
  models: new Map(),
  policies: new Map(),
  participants: new Map(),
  keysEver: new Map(),
  tokens: new Map(),
  epoch: 0,
  epochAtMs: 0,
  epochRevision: -1,
};
