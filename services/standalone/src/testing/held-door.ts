import { TuttiError } from '@tutti/kernel';
import type { Answer, Backbone, Found, IntakeDoor, IntakePlace, Submission } from '@tutti/runtime';

/** An intake topic of one partition in memory, judged when the test lets it be. */
export class HeldDoor implements IntakeDoor {
  /** Whether inputs are judged as soon as they come. */
  judgesAtOnce = false;
  /** Whether waits run out at once. */
  patient = true;
  /** What sending fails with. */
  fault: TuttiError | undefined;
  readonly inputs: Submission[] = [];
  readonly #backbone: Backbone;
  readonly #found: Found[] = [];
  readonly #waiting = new Set<() => void>();
  #onWait: () => void = () => {};

  constructor(backbone: Backbone) {
    this.#backbone = backbone;
  }

  async send(submissions: readonly Submission[]): Promise<(IntakePlace | TuttiError)[]> {
    if (this.fault !== undefined) return submissions.map(() => this.fault!);
    const places = submissions.map((submission) => {
      this.inputs.push(submission);
      return { topic: 'shop.decisions', partition: 0, offset: this.inputs.length - 1 };
    });
    if (this.judgesAtOnce) await this.judge();
    return places;
  }

  async verdictAt(partition: number, offset: number, waitMs: number): Promise<Found | undefined> {
    if (partition > 0 || offset >= this.inputs.length) {
      throw new TuttiError('not-found', `${partition}/${offset} is beyond the topic's end`);
    }
    if (waitMs > 0 && this.patient && this.#found[offset] === undefined) {
      this.#onWait();
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.#found[offset];
  }

  /** Resolves when somebody begins to wait. */
  waitedFor(): Promise<void> {
    return new Promise((resolve) => (this.#onWait = resolve));
  }

  /** Judges every input that has come. */
  async judge(): Promise<void> {
    for (let offset = this.#found.length; offset < this.inputs.length; offset++) {
      const { event, authentication } = this.inputs[offset]!;
      const { verdict, duplicate }: Answer = await this.#backbone.submit(event, authentication);
      this.#found[offset] = { verdict, duplicate };
    }
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
