import type { Authentication, DecisionEvent, WireVerdict } from '@tutti/contracts';
import { TuttiError } from '@tutti/kernel';
import type { Backbone, Submission } from '@tutti/runtime';
import { problemOfError, type Refusal } from '@tutti/service';
import type { Caller } from '../access/caller.js';
import type { DecisionCounts } from '../metrics/decision-counts.js';
import type { Told } from './answer-text.js';
import { authenticate } from './authenticate.js';
import type { Quota } from './quota.js';
import { isPending, type Pending, type Road } from './road.js';

/** An answer, where it will be, or why this one was not taken. */
export type Outcome = Told | Pending | Refusal;

export interface IntakeOptions {
  backbone: Backbone;
  road: Road;
  counts: DecisionCounts;
  /** Absent: as many as there are. */
  quota?: Quota;
  /** Whether those who judge learn from this gateway whose token it saw. */
  vouches: boolean;
}

/** Takes decisions that came over HTTP to the backbone. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Decisions a second and participant; undefined: as many as there are. */
  get quota(): number | undefined {
    return this.#options.quota?.perSecond;
  }

  /**
   * The recorded verdict on a decision, or its place in the intake topic.
   *
   * @throws TuttiError what refuses the request before anything is recorded, or `verdict-pending` when the wait is over
   */
  async decide(event: DecisionEvent, caller: Caller, waitMs?: number): Promise<Told | Pending> {
    const { road, counts } = this.#options;
    const authentication = this.#admit(event, caller);
    const startMs = performance.now();
    const outcome = await road.submit({ event, authentication }, waitMs);
    if (isPending(outcome)) counts.pending++;
    else counts.answered(outcome, performance.now() - startMs);
    return outcome;
  }

  /**
   * The recorded verdicts on decisions, in their order; where one was not taken, why.
   *
   * @throws TuttiError `verdict-pending` when the wait is over
   */
  async decideAll(events: readonly DecisionEvent[], caller: Caller, waitMs?: number): Promise<Outcome[]> {
    const { road, counts } = this.#options;
    const outcomes: Outcome[] = Array.from({ length: events.length });
    const submissions: Submission[] = [];
    const places: number[] = [];
    for (const [place, event] of events.entries()) {
      try {
        submissions.push({ event, authentication: this.#admit(event, caller) });
        places.push(place);
      } catch (error) {
        outcomes[place] = problemOfError(error);
      }
    }
    const startMs = performance.now();
    const answers = submissions.length === 0 ? [] : await road.submitAll(submissions, waitMs);
    const elapsedMs = performance.now() - startMs;
    for (const [i, answer] of answers.entries()) {
      outcomes[places[i]!] = answer instanceof Error ? problemOfError(answer) : answer;
      if (answer instanceof Error) continue;
      if (isPending(answer)) counts.pending++;
      else counts.answered(answer, elapsedMs);
    }
    return outcomes;
  }

  /** The verdict a decision would get now; nothing is recorded. */
  async dryRun(event: DecisionEvent, caller: Caller): Promise<WireVerdict> {
    return this.#options.backbone.dryRun(event, this.#admit(event, caller));
  }

  /** How the source of a decision is proven; what is about the request refuses it here. */
  #admit(event: DecisionEvent, caller: Caller): Authentication {
    const { backbone, vouches, quota } = this.#options;
    refuseRequest(event);
    const authentication = authenticate(event, caller, backbone.control(), vouches);
    if (quota !== undefined) {
      const participant = caller.participant ?? event.attributes.participant ?? '';
      const retryAfterMs = quota.take(participant);
      if (retryAfterMs > 0) throw exceeded(participant, quota.perSecond, retryAfterMs);
    }
    return authentication;
  }
}

function exceeded(participant: string, perSecond: number, retryAfterMs: number): TuttiError {
  return new TuttiError('quota-exceeded', `${participant} may send ${perSecond} decisions a second`, {
    retryable: true,
    mend: 'send it again, with the same id, after Retry-After',
    facts: { retryAfterMs, participant, perSecond },
  });
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
