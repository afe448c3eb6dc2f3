import type { Json } from '@tutti/kernel';

/** Everything the backbone knows about one subject: what judging the next decision needs. */
export interface SubjectState {
  id: string;
  /** Subject type (`order`); '' until a decision was accepted. */
  type: string;
  /** Accepted decisions so far, irregular ones included. */
  sequence: number;
  /** `new` until the first move. */
  state: string;
  /** Model revision it began under (`existing: pin`); 0 until its first accepted decision. */
  model: number;
  /** Policy → revision, pinned with the model. */
  policies: Record<string, number>;
  parties: Record<string, string>;
  keeps: Record<string, Json>;
  /** When the present state was entered, milliseconds; 0 in `new`. */
  enteredAtMs: number;
  /** The deadline that fires next, if the present state has one. */
  due?: { type: string; atMs: number };
  /** State → who moved the subject out of it (participant ids, each once; `` for the clock). Tells conflict from undeclared. */
  left: Record<string, string[]>;
  /** Recorded time of the last verdict. */
  lastAtMs: number;
  log: SubjectLog;
}

/**
 * The verdicts of one subject in order, packed (24 bytes each): its history, and the ids it remembers. Kept in chunks,
 * so that a subject with many decisions rewrites only its last chunk.
 */
export interface SubjectLog {
  /** Verdicts so far, rejections included. */
  readonly size: number;
  /**
   * Revision of the verdict that may have used this id up, if it was recorded at or after `sinceMs`: a 64-bit hash
   * matched, compare ids before you believe it.
   */
  find(source: string, id: string, sinceMs: number): number | undefined;
  /** Revisions of the subject's verdicts in its partition, oldest first. */
  revisions(): number[];
}

/** The subject as a verdict shows it. */
export interface SubjectView {
  id: string;
  type: string;
  sequence: number;
  state: string;
  parties: Record<string, string>;
  keeps: Record<string, Json>;
}
