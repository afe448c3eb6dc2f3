import type { Trust } from '@tutti/contracts';
import type { Json } from '@tutti/kernel';
import type { ModelDefinition } from '@tutti/model';
import type { TokenScope } from './operator-act.js';

/** Who did it and why, and when it was recorded (RFC 3339); on every record that an operator caused. */
interface Done {
  by: string;
  because: string;
  at: string;
}

/** First record of `control`: what is fixed for the life of the space. */
export interface SpaceCreated {
  kind: 'SpaceCreated';
  space: string;
  partitions: number;
  hash: 'murmur2';
  trust: Trust;
  formats: { journal: number; control: number };
  at: string;
}

export interface ModelPublished extends Done {
  kind: 'ModelPublished';
  /** Model revision, from 1. */
  revision: number;
  /** SHA-256 of the definition's canonical JSON, 64 hexadecimal digits. */
  hash: string;
  definition: ModelDefinition;
  /** Full type → contract version; types that are gone keep their last number. */
  contracts: Record<string, number>;
  /** Policy → revision that new subjects start under. */
  policies: Record<string, number>;
  /** Typed differences to the revision before. */
  changes: Json[];
}

export interface ParticipantAdded extends Done {
  kind: 'ParticipantAdded';
  participant: string;
  roles: string[];
}

export interface RolesSet extends Done {
  kind: 'RolesSet';
  participant: string;
  roles: string[];
}

export interface ParticipantSuspended extends Done {
  kind: 'ParticipantSuspended';
  participant: string;
}

export interface ParticipantResumed extends Done {
  kind: 'ParticipantResumed';
  participant: string;
}

export interface KeyAdded extends Done {
  kind: 'KeyAdded';
  participant: string;
  /** `seller-3#2` */
  kid: string;
  /** Raw Ed25519 public key, base64url. */
  publicKey: string;
}

export interface KeyRetired extends Done {
  kind: 'KeyRetired';
  participant: string;
  kid: string;
}

export interface TokenIssued extends Done {
  kind: 'TokenIssued';
  participant: string;
  scopes: TokenScope[];
  /** SHA-256 of the token, 64 hexadecimal digits. */
  tokenHash: string;
}

export interface TokenRevoked extends Done {
  kind: 'TokenRevoked';
  tokenHash: string;
}

/** Defines the regime of an epoch: control folded up to `controlRevision`, standings of a closed epoch (DESIGN §4). */
export interface EpochOpened {
  kind: 'EpochOpened';
  /** From 1. */
  epoch: number;
  controlRevision: number;
  /** Closed epoch whose standings apply; null until epochs are closed: everybody has the top tier. */
  standingsOf: number | null;
  at: string;
  /** Version of the functions that fold. */
  engine: string;
}

/** A record of stream `control`. */
export type ControlRecord =
  | SpaceCreated
  | ModelPublished
  | ParticipantAdded
  | RolesSet
  | ParticipantSuspended
  | ParticipantResumed
  | KeyAdded
  | KeyRetired
  | TokenIssued
  | TokenRevoked
  | EpochOpened;
