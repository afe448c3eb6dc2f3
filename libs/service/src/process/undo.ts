/** What has been opened, closed in the opposite order, each once. */
export class Undo {
  readonly #steps: (() => Promise<void>)[] = [];
  #done: Promise<void> | undefined;

  /** @param step the way to close what was just opened */
  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  /** Every step is taken, whatever another one throws; the first error is thrown at the end. */
  all(): Promise<void> {
    this.#done ??= (async () => {
      const errors: unknown[] = [];
      for (const step of this.#steps.toReversed()) await step().catch((error: unknown) => errors.push(error));
      if (errors.length > 0) throw errors[0];
    })();
    return this.#done;
  }
}
