import { TuttiError } from '@tutti/kernel';

/** The answer to inputs that cannot be judged now; whether one was recorded is not known: the same id may be sent again. */
export function unavailable(why: string, cause?: unknown): TuttiError {
  return new TuttiError('unavailable', `no verdict now: ${why}`, {
    retryable: true,
    mend: 'Send the same decision with the same id again later.',
    cause,
  });
}

/** The answer to inputs that were not taken because too many wait. Nothing was recorded. */
export function overloaded(waiting: number): TuttiError {
  return new TuttiError('overloaded', `${waiting} decisions wait for their verdicts in this partition`, {
    retryable: true,
    mend: 'Wait a little, then send the decision again.',
    facts: { waiting, retryAfterMs: 1_000 },
  });
}
