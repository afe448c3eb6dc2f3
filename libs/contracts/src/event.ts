import type { Json, JsonObject } from '@tutti/kernel';
import type { Reason } from './reason.js';

/** CloudEvents 1.0 attributes of a decision, those that Tutti reads. */
export interface Attributes {
  id: string;
  /** `/participants/seller-3` */
  source: string;
  /** The id in `source`: `seller-3`. */
  participant: string;
  type: string;
  subject: string;
  /** RFC 3339 as received. */
  time?: string;
  timeMs?: number;
  /** `tutti:order.ship/3` */
  dataschema?: string;
  /** Subject sequence the decision was taken on. */
  basedon?: number;
  /** With `basedon`: refuse (conflict) unless the subject is still at that sequence. */
  exact?: boolean;
  signature?: string;
  traceparent?: string;
  causationid?: string;
}

/** How a decision's bytes are kept in the journal: spliced in as JSON, or as base64 where they cannot be. */
export interface Encoded {
  as: 'json' | 'base64';
  /**
   * `json`: JSON text of the event in structured form, one line, outer white space cut. `base64`: base64 of the bytes
   * received (pretty-printed JSON, or what could not be read); empty where only the hash is kept (`too-large`).
   */
  text: string;
  /** CloudEvents content mode it came in. Binary: the attributes were headers, `data` is the body as received. */
  mode: 'structured' | 'binary';
  /** The UTF-8 of `text`, where it is at hand as received. */
  bytes?: Uint8Array;
}

/** An event whose bytes and envelope could be read. */
export interface ReadableEvent {
  readable: true;
  attributes: Attributes;
  data: Json | undefined;
  /** The whole event in structured form, parsed. What a signature covers is made of it. */
  event: JsonObject;
  encoded: Encoded;
  /** SHA-256 of the event's bytes (of `encoded`, base64 undone), 64 hexadecimal digits: the fast path of "same content". */
  hash: string;
}

/** An event that cannot be judged on its content. It gets its verdict all the same. */
export interface UnreadableEvent {
  readable: false;
  reasons: Reason[];
  /** The subject it is filed under: the envelope's where that could be read, else the record's key, else ''. */
  subject: string;
  /** What could be read of the envelope. */
  attributes: Partial<Attributes>;
  encoded: Encoded;
  /** SHA-256 of the bytes received (binary mode: of the assembled event; `too-large`: of the body). */
  hash: string;
}

export type DecisionEvent = ReadableEvent | UnreadableEvent;

/** How the source of an event was proven. */
export type Authentication =
  | { how: 'token'; participant: string }
  | { how: 'signature' }
  /** Nobody proved anything; the space decides whether that is enough (`trust`). */
  | { how: 'none' };

/** Which road an event came by. */
export type InputRoad = { via: 'http' } | { topic: string; partition: number; offset: number } | { via: 'clock' };

/** One input of a partition: an event, its road, and the time it has by DESIGN §3.10. */
export interface Input {
  event: DecisionEvent;
  authentication: Authentication;
  road: InputRoad;
  /** Recorded time, milliseconds; never before that of the input before. */
  atMs: number;
  /** Set on Kafka where the record's key or partition is not the subject's: a sentence that says what to set. */
  misrouted?: string;
}
