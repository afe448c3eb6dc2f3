import type { TuttiError } from '@tutti/kernel';
import type { IntakePlace, Submission } from '@tutti/runtime';
import type { Told } from './answer-text.js';

/** A decision that is durable in the intake topic, and not judged yet as far as this request has waited. */
export interface Pending {
  place: IntakePlace;
}

/** How decisions get from the HTTP gateway to their verdicts (SURFACE §4.5). */
export interface Road {
  /**
   * @param waitMs how long the request waits for the verdict; undefined: it did not say
   * @throws TuttiError where the decision was not taken, or nothing is known of it
   */
  submit(submission: Submission, waitMs: number | undefined): Promise<Told | Pending>;
  /**
   * In order of the decisions; an error stands where {@link submit} would have thrown it.
   *
   * @throws TuttiError what is about the request as a whole
   */
  submitAll(submissions: readonly Submission[], waitMs: number | undefined): Promise<(Told | Pending | TuttiError)[]>;
}

export function isPending(outcome: object): outcome is Pending {
  return 'place' in outcome;
}
