import type { AnyModel, DataOf, DecisionType, ModelTypes } from './model-types.js';

/** One decision as a participant writes it, of any type of the model; the client adds what is left out. */
export type Decision<M extends ModelTypes = AnyModel, T extends DecisionType<M> = DecisionType<M>> = T extends unknown
  ? DecisionOf<M, T>
  : never;

/** One decision of type `T`. */
export interface DecisionOf<M extends ModelTypes, T extends DecisionType<M>> {
  /** Full type: `order.ship`. */
  type: T;
  /** The entity it is about. */
  subject: string;
  data: DataOf<M, T>;
  /**
   * Default: a UUIDv7. Give one that you can build again if your process may die between deciding and knowing: the
   * same id and content gives the same verdict.
   */
  id?: string;
  /** When it was taken: RFC 3339 or a Date. Default: now. */
  time?: string | Date;
  /**
   * Subject sequence it was taken on. Default: the last one this client saw of the subject (`decideMany`: none);
   * `null` leaves it out. It never makes an allowed move fail, it tells a conflict from an edge case.
   */
  basedOn?: number | null;
  /** Refuse it (`conflict`) unless the subject is still at `basedOn`. */
  exact?: boolean;
  /** Pins a contract version: `3`, or the whole `tutti:order.ship/3`. Default: the version in force. */
  contract?: number | string;
  /** Id of the decision or verdict that led to it. */
  causationId?: string;
  /** W3C trace context; not covered by the signature. */
  traceparent?: string;
  /** Whose decision it is. Default: the client's participant. Only that one's are signed. */
  participant?: string;
}

/** What names a decision: enough to ask for its verdict, or to send it again. */
export interface DecisionName {
  id: string;
  type: string;
  subject: string;
  /** `/participants/seller-3` */
  source: string;
  /** As sent, RFC 3339: part of "same content", so whoever sends it again elsewhere needs it. */
  time?: string;
}
