import { canonicalEvent, usesIdUp, type WireVerdict } from '@tutti/contracts';
import type { JsonObject } from '@tutti/kernel';
import type { Envelope } from '../event.js';
import type { FoundVerdict } from '../road.js';
import { offsetOf } from './verdict-record.js';

/** Looks out for the verdict on one decision among all that come by. */
export class Watch {
  readonly envelope: Envelope;
  readonly partition: number;
  /** Resolves with the verdict; `undefined` where it is sure that it will not come by any more. */
  readonly found: Promise<FoundVerdict | undefined>;
  /** Verdicts from this time on have been looked through, or are being; milliseconds. */
  searchedFromMs = Number.POSITIVE_INFINITY;
  #resolve!: (found: FoundVerdict | undefined) => void;
  #reject!: (error: unknown) => void;
  #offset: number | undefined;
  /** Verdicts on decisions of this name. */
  readonly #candidates: WireVerdict[] = [];
  /** Largest input offset that a verdict has come by for, in order, since the watch began. */
  #passed = -1;
  #done = false;

  constructor(envelope: Envelope, partition: number) {
    this.envelope = envelope;
    this.partition = partition;
    this.found = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.found.catch(() => {});
  }

  get isDone(): boolean {
    return this.#done;
  }

  /** Whether a later input has its verdict: this one's was the same decision again, and nothing will come by for it. */
  get isPassed(): boolean {
    return this.#offset !== undefined && this.#passed > this.#offset;
  }

  /** The decision lies at this offset. */
  placed(offset: number): void {
    this.#offset = offset;
    this.#settle();
  }

  /** A verdict whose decision has this watch's id came by. */
  saw(wire: WireVerdict): void {
    const { source, id, subject } = wire.decision as JsonObject;
    const { name } = this.envelope;
    if (source !== name.source || id !== name.id || subject !== name.subject) return;
    this.#candidates.push(wire);
    this.#settle();
  }

  /** Everything up to the verdict on this input has come by. */
  passed(inputOffset: number): void {
    this.#passed = Math.max(this.#passed, inputOffset);
  }

  /** Verdicts come by again, from this time on. */
  rewound(): void {
    this.#passed = -1;
  }

  fail(error: unknown): void {
    if (this.#done) return;
    this.#done = true;
    this.#reject(error);
  }

  giveUp(): void {
    this.#finish(undefined);
  }

  #settle(): void {
    if (this.#offset === undefined) return;
    const own = this.#candidates.find((wire) => offsetOf(wire) === this.#offset);
    const wire = own ?? this.#candidates.find((each) => usesIdUp(each.accepted, each.reasons) && this.#isSame(each));
    if (wire !== undefined) this.#finish({ wire, duplicate: own === undefined });
  }

  /** Whether a verdict with the same id is on the same content: then it is the answer, wherever its decision lay. */
  #isSame({ decision }: WireVerdict): boolean {
    try {
      return canonicalEvent(decision as JsonObject) === canonicalEvent(this.envelope.event);
    } catch {
      return false;
    }
  }

  #finish(found: FoundVerdict | undefined): void {
    if (this.#done) return;
    this.#done = true;
    this.#resolve(found);
  }
}
