import type { Json } from '@tutti/kernel';
import type { SubjectLog } from './subject/subject-log.js';

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
  policies: Readonly<Record<string, number>>;
  parties: Readonly<Record<string, string>>;
  keeps: Readonly<Record<string, Json>>;
  /** When the present state was entered, milliseconds; 0 in `new`. */
  enteredAtMs: number;
  /** The deadline that fires next, if the present state has one. */
  due: { type: string; atMs: number } | undefined;
  /** State → who moved the subject out of it (participant ids, each once; `` for the clock). Tells conflict from undeclared. */
  left: Readonly<Record<string, readonly string[]>>;
  /** Recorded time of the last verdict. */
  lastAtMs: number;
  log: SubjectLog;
}

/** The subject as a verdict shows it. */
export interface SubjectView {
  id: string;
  type: string;
  sequence: number;
  state: string;
  parties: Readonly<Record<string, string>>;
  keeps: Readonly<Record<string, Json>>;
}
