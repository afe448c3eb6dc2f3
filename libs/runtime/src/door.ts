import type { WireVerdict } from '@tutti/contracts';
import type { TuttiError } from '@tutti/kernel';
import type { Submission } from './backbone.js';

/** Where an input stands in the intake topic. */
export interface IntakePlace {
  topic: string;
  partition: number;
  offset: number;
}

/** The verdict an input got. */
export interface Found {
  verdict: WireVerdict;
  /** True where the input was the same decision again: the verdict is the first one's. */
  duplicate: boolean;
  /** The JSON text of `verdict`, spliced from the journal's bytes, where that is cheaper than to stringify it. */
  text?(): string;
}

/**
 * The door of many machines (SURFACE §4.5): decisions go into the intake topic like those of any producer, and their
 * verdicts are found by their place in it.
 */
export interface IntakeDoor {
  /**
   * Produces decisions under their subject's key, vouching for those whose source a token proved; each resolves when
   * all replicas have it. An error stands where it could not be known. Never rejects.
   */
  send(submissions: readonly Submission[]): Promise<(IntakePlace | TuttiError)[]>;

  /**
   * The verdict of an input; waits until its partition's journal has answered it.
   *
   * @returns undefined where it was not answered within `waitMs`
   * @throws TuttiError `not-found` no such partition, or an offset that no verdict can have (beyond the topic's end)
   */
  verdictAt(partition: number, offset: number, waitMs: number): Promise<Found | undefined>;
}
