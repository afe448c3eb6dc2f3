import type { Found, IntakeDoor } from '@tutti/runtime';
import type { Waits } from '../http/waits.js';

/** Waits for the verdicts on inputs, until the server shuts down. */
export class InputVerdicts {
  readonly #door: IntakeDoor;
  readonly #waits: Waits;

  constructor(door: IntakeDoor, waits: Waits) {
    this.#door = door;
    this.#waits = waits;
  }

  /**
   * The verdict on an input; undefined where it is not there within `waitMs`.
   *
   * @throws TuttiError `not-found`, and where the journal cannot be read
   */
  find(partition: number, offset: number, waitMs: number): Promise<Found | undefined> {
    const found = this.#door.verdictAt(partition, offset, waitMs);
    if (waitMs <= 0) return found;
    // What comes after the end is nobody's unhandled rejection.
    found.catch(() => {});
    return Promise.race([found, this.#waits.ended]);
  }
}
