import { TuttiError } from '@tutti/kernel';
import { untilThere } from '../process/until-there.js';
import type { Terminal } from '../process/run-process.js';

/** What a starting service waits for its servers with: says what for, and can be told to stop. */
export class Waiting {
  readonly #stopping: AbortSignal;
  readonly #terminal: Pick<Terminal, 'complain'>;
  readonly #tell: (error: TuttiError) => void;

  /** @param tell told what is waited for, for readiness */
  constructor(stopping: AbortSignal, terminal: Pick<Terminal, 'complain'>, tell: (error: TuttiError) => void) {
    this.#stopping = stopping;
    this.#terminal = terminal;
    this.#tell = tell;
  }

  /**
   * Does what needs a server, again and again while it is away.
   *
   * @param what is waited for: `the journal`
   * @throws TuttiError what waiting will not mend
   */
  async for<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    let waited = false;
    const done = await untilThere(attempt, {
      stopping: this.#stopping,
      onWaiting: (error) => {
        waited = true;
        this.#tell(error);
        this.#terminal.complain(`waiting for ${what}: ${error.code}  ${error.message}`);
      },
    });
    if (waited) {
      this.#tell(new TuttiError('starting', `${what} is there; the service goes on starting`));
      this.#terminal.complain(`${what} is there`);
    }
    return done;
  }
}
