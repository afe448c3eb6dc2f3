import type { Input, Reason } from '@tutti/contracts';
import type { TuttiError } from '@tutti/kernel';
import type { JournaledVerdict } from '../reading/journaled-verdict.js';

/** Who waits for answers. Called once for each input it gave, when the verdict is durable or will not be. */
export interface AnswerSink {
  answer(index: number, verdict: JournaledVerdict, duplicate: boolean): void;
  fail(index: number, error: TuttiError): void;
}

/** An input that has no verdict yet. */
export interface Pending {
  readonly input: Input;
  /** The subject it changes; '' where none could be read, or where it belongs to another partition. */
  readonly subject: string;
  readonly sink: AnswerSink;
  /** Which of the sink's inputs it is. */
  readonly index: number;
  /** Refused for this reason without being judged; undefined: judged. */
  readonly refused?: Reason | undefined;
}

/** The subject an input is about; '' where none could be read. */
export function subjectOf({ event }: Input): string {
  return event.readable ? event.attributes.subject : event.subject;
}

/** Where an input stands in the intake topic; -1 where it did not come by one. */
export function offsetOf({ road }: Input): number {
  return 'offset' in road ? road.offset : -1;
}
