import { TuttiError } from '@tutti/kernel';
import type { Answer, Found, IntakeDoor, IntakePlace, Submission } from '@tutti/runtime';
import type { InputVerdicts } from '../inputs/input-verdicts.js';
import { tell, type Told } from './answer-text.js';
import type { Pending, Road } from './road.js';

/** Many machines: into the intake topic, like every producer; the verdict is found by its place in it. */
export class TopicRoad implements Road {
  readonly #door: IntakeDoor;
  readonly #verdicts: InputVerdicts;

  constructor(door: IntakeDoor, verdicts: InputVerdicts) {
    this.#door = door;
    this.#verdicts = verdicts;
  }

  async submit(submission: Submission, waitMs = 0): Promise<Told | Pending> {
    const [place] = await this.#door.send([submission]);
    if (place === undefined || place instanceof Error) throw place ?? new TypeError('the door answered nothing');
    return this.#verdictOn(submission, place, waitMs);
  }

  async submitAll(submissions: readonly Submission[], waitMs = 0): Promise<(Told | Pending | TuttiError)[]> {
    const places = await this.#door.send(submissions);
    return Promise.all(
      places.map((place, i) => (place instanceof Error ? place : this.#verdictOn(submissions[i]!, place, waitMs))),
    );
  }

  async #verdictOn({ event }: Submission, place: IntakePlace, waitMs: number): Promise<Told | Pending> {
    if (waitMs <= 0) return { place };
    let found: Found | undefined;
    try {
      found = await this.#verdicts.find(place.partition, place.offset, waitMs);
    } catch (error) {
      // The decision is durable all the same: that its verdict cannot be read now must not look like a refusal.
      if (error instanceof TuttiError) return { place };
      throw error;
    }
    return found === undefined ? { place } : tell(answerOf(found), event);
  }
}

function answerOf({ verdict, duplicate }: Found): Answer {
  return { accepted: verdict.accepted, verdict, duplicate, text: () => JSON.stringify(verdict) };
}
