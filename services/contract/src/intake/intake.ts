import type { Attributes, DecisionEvent, WireVerdict } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Backbone, Submission } from '@tutti/runtime';
import type { Caller } from '../access/caller.js';
import type { DecisionCounts } from '../metrics/decision-counts.js';
import { problemOfError, type Refusal } from '@tutti/service';
import { tell, type Told } from './answer-text.js';
import { authenticate } from './authenticate.js';

/** How long a request waits for its verdict where it does not say. */
export const WAIT_MS_DEFAULT = 30_000;

/** An answer, or why this one was not taken. */
export type Outcome = Told | Refusal;

/** Takes decisions that came over HTTP to the backbone. */
export class Intake {
  readonly #backbone: Backbone;
  readonly #counts: DecisionCounts;

  constructor(backbone: Backbone, counts: DecisionCounts) {
    this.#backbone = backbone;
    this.#counts = counts;
  }

  /**
   * The recorded verdict on a decision.
   *
   * @throws TuttiError what refuses the request before anything is recorded, or `verdict-pending` when the wait is over
   */
  async decide(event: DecisionEvent, caller: Caller, waitMs = WAIT_MS_DEFAULT): Promise<Told> {
    refuseRequest(event);
    const authentication = authenticate(event, caller, this.#backbone.control());
    const startMs = performance.now();
    const answer = await within(this.#backbone.submit(event, authentication), waitMs, event.attributes);
    const told = tell(answer, event);
    this.#counts.answered(told, performance.now() - startMs);
    return told;
  }

  /**
   * The recorded verdicts on decisions, in their order; where one was not taken, why.
   *
   * @throws TuttiError `verdict-pending` when the wait is over
   */
  async decideAll(events: readonly DecisionEvent[], caller: Caller, waitMs = WAIT_MS_DEFAULT): Promise<Outcome[]> {
    const control = this.#backbone.control();
    const outcomes: Outcome[] = Array.from({ length: events.length });
    const submissions: Submission[] = [];
    const places: number[] = [];
    for (const [place, event] of events.entries()) {
      try {
        refuseRequest(event);
        submissions.push({ event, authentication: authenticate(event, caller, control) });
        places.push(place);
      } catch (error) {
        outcomes[place] = problemOfError(error);
      }
    }
    const startMs = performance.now();
    const answers = await within(this.#backbone.submitAll(submissions), waitMs, {});
    const elapsedMs = performance.now() - startMs;
    for (const [i, answer] of answers.entries()) {
      if (answer instanceof Error) outcomes[places[i]!] = problemOfError(answer);
      else {
        const told = tell(answer, submissions[i]!.event);
        outcomes[places[i]!] = told;
        this.#counts.answered(told, elapsedMs);
      }
    }
    return outcomes;
  }

  /** The verdict a decision would get now; nothing is recorded. */
  async dryRun(event: DecisionEvent, caller: Caller): Promise<WireVerdict> {
    refuseRequest(event);
    return this.#backbone.dryRun(event, authenticate(event, caller, this.#backbone.control()));
  }
}

/** What is about the request, not the decision, is refused before anything is recorded (SURFACE §4.5). */
function refuseRequest(event: DecisionEvent): void {
  if (event.readable) return;
  const [reason] = event.reasons;
  if (reason?.code === 'too-large') throw new TuttiError('too-large', reason.detail);
  if (event.subject === '') {
    throw new TuttiError('malformed', reason?.detail ?? 'no subject can be read in the body', {
      mend: 'send one CloudEvent 1.0 with `subject`, in structured mode (application/cloudevents+json) or binary mode',
      facts: {
        errors: event.reasons.map(({ code, pointer, detail }) => ({ code, pointer: pointer ?? '', message: detail })),
      },
    });
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
