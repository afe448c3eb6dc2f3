import type { Attributes } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Backbone, Submission } from '@tutti/runtime';
import { tell, type Told } from './answer-text.js';
import type { Road } from './road.js';

/** How long a request waits for its verdict where it does not say. */
export const WAIT_MS_DEFAULT = 30_000;

/** One machine: into the partition's batch, answered when its block is durable. */
export class DirectRoad implements Road {
  readonly #backbone: Backbone;

  constructor(backbone: Backbone) {
    this.#backbone = backbone;
  }

  /** @throws TuttiError `verdict-pending` when the wait is over */
  async submit({ event, authentication }: Submission, waitMs = WAIT_MS_DEFAULT): Promise<Told> {
    return tell(await within(this.#backbone.submit(event, authentication), waitMs, event.attributes), event);
  }

  async submitAll(submissions: readonly Submission[], waitMs = WAIT_MS_DEFAULT): Promise<(Told | TuttiError)[]> {
    const answers = await within(this.#backbone.submitAll(submissions), waitMs, {});
    return answers.map((answer, i) => (answer instanceof Error ? answer : tell(answer, submissions[i]!.event)));
  }
}

async function within<T>(answer: Promise<T>, waitMs: number, about: Partial<Attributes>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(pending(about, waitMs)), waitMs);
  });
  try {
    return await Promise.race([answer, tooLong]);
  } finally {
    clearTimeout(timer);
    // A verdict that comes after the wait is nobody's unhandled rejection.
    answer.catch(() => {});
  }
}

function pending({ subject, id }: Partial<Attributes>, waitMs: number): TuttiError {
  return new TuttiError('verdict-pending', `no verdict within ${waitMs} ms; the decision may yet be recorded`, {
    retryable: true,
    mend: 'send the same decision again (same id), or ask GET /v1/decisions/PARTICIPANT/ID',
    facts: { subject: subject ?? null, id: id ?? null },
  });
}
