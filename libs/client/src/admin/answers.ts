import type { Json, JsonObject } from '@tutti/kernel';

/** Who acts and why; journaled with every act. */
export interface Why {
  because: string;
  /** Who acts, where access is open. Else the token says. */
  by?: string;
}

/** What an act has led to. */
export interface Done {
  controlRevision: number;
  /** Epoch from which on every partition judges by it. */
  effectiveEpoch: number;
  /** False where some partition had not got there within the wait. */
  inForce: boolean;
}

/** A participant as the registry has it. */
export interface Participant {
  id: string;
  roles: string[];
  suspended: boolean;
  /** Those not retired; `publicKey`: raw Ed25519, base64url. */
  keys: { kid: string; publicKey: string }[];
}

export type Scope = 'participant' | 'operator' | 'auditor';

/** A token in force. Only its hash is kept. */
export interface IssuedToken {
  /** SHA-256, hexadecimal. */
  hash: string;
  participant: string;
  scopes: Scope[];
}

/** A model revision on record. */
export interface PublishedModel {
  /** Its name. */
  model: string;
  revision: number;
  /** The revision that new subjects begin under now. */
  inForce: number;
  hash: string;
  by: string;
  because: string;
  /** RFC 3339 */
  at: string;
  /** Full type → version. */
  contracts: Record<string, number>;
  policies: Record<string, number>;
  /** Intermediate form (`ModelDefinition` of @tutti/model). */
  definition: JsonObject;
}

/** A model to compare or publish: its text, or its intermediate form. */
export type GivenModel = { yaml: string; file?: string } | { definition: object };

/** What publishing has led to. */
export interface Published extends Done {
  revision: number;
  /** False where the model in force has the same content: nothing was recorded. */
  changed: boolean;
  contracts: Record<string, number>;
  policies: Record<string, number>;
}

/** One difference between two models. */
export interface ModelChange {
  kind: string;
  /** What it is about. */
  of: Json;
  breaking: boolean;
  /** In words of the model. */
  text: string;
  note?: string;
}

/** How a model differs from the latest published. */
export interface ModelDifference {
  /** Revision compared with; 0 where none has been published. */
  from: number;
  changes: ModelChange[];
  breaking: boolean;
  contracts: Record<string, number>;
  policies: Record<string, number>;
}

/** One version of one contract. */
export interface Contract {
  /** Full type. */
  type: string;
  version: number;
  /** Version in force for new subjects; absent where the model in force has no such type. */
  inForce?: number;
  /** Subject type. */
  subject: string;
  by: { role: string; any: boolean }[];
  clock: boolean;
  afterMs?: number;
  moves: { from: string; to: string }[];
  requires: { name: string; cel: string }[];
  fact: boolean;
  manual: boolean;
  /** JSON Schema 2020-12 of the data. */
  schema: JsonObject;
  /** Version → accepted decisions under it. */
  used: Record<string, number>;
}

/** Something the model has no answer to, by its signature. */
export interface Edge {
  /** `order.deliver in cancelled` */
  signature: string;
  code: 'undeclared' | 'unknown-type' | 'unknown-version';
  type: string;
  state?: string;
  count: number;
  firstEpoch: number;
  lastEpoch: number;
  /** Up to 3 positions, the latest last. */
  samples: string[];
  participants: string[];
}

/** How the backbone is. */
export interface Status {
  ready: boolean;
  problems: { code: string; detail: string; since: string }[];
  space: string;
  epoch: number;
  model: string;
  modelRevision: number;
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
