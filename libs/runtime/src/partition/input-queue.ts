import { offsetOf, type Pending } from './pending.js';

/** How much may wait. */
export interface QueueLimits {
  /** Inputs that may wait. */
  queueMax: number;
  /** Characters of the inputs that may wait. */
  queueCharsMax: number;
}

/** Which inputs come before a barrier. */
export interface Until {
  /** Those recorded up to then. */
  atMs: number;
  /** Of those added up to this count. */
  watermark: number;
  /** Of those below this offset of the intake topic. */
  offset: number;
}

/** Inputs of one partition in the order they came. */
export class InputQueue {
  private items: (Pending | undefined)[] = [];
  private head = 0;
  /** Inputs given back after a failed append; they go first. */
  private returned: Pending[] = [];
  private taken = 0;
  private chars = 0;
  private waiters: (() => void)[] = [];

  constructor(private readonly limits: QueueLimits) {}

  get length(): number {
    return this.returned.length + this.items.length - this.head;
  }

  /** Inputs ever added: a watermark. */
  get added(): number {
    return this.taken + this.items.length - this.head;
  }

  /** Whether no more should be added. */
  get full(): boolean {
    return this.length >= this.limits.queueMax || this.chars >= this.limits.queueCharsMax;
  }

  /** Resolves when it is not full, or when everything has been taken out for good. */
  room(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  push(pending: Pending): void {
    this.items.push(pending);
    this.chars += sizeOf(pending);
  }

  /** Takes at most so many inputs; with `until`, only those that must be judged before a barrier. */
  take(countMax: number, until?: Until): Pending[] {
    const isAfter = (one: Pending): boolean =>
      until !== undefined && (one.input.atMs > until.atMs || offsetOf(one.input) >= until.offset);
    const end = until === undefined ? -1 : this.returned.findIndex(isAfter);
    const batch = this.returned.splice(0, end === -1 ? countMax : Math.min(countMax, end));
    while (batch.length < countMax && this.returned.length === 0 && this.head < this.items.length) {
      const next = this.items[this.head]!;
      if (until !== undefined && (isAfter(next) || this.taken >= until.watermark)) break;
      this.items[this.head] = undefined;
      this.head++;
      this.taken++;
      batch.push(next);
    }
    if (this.head > 4_096 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    } else if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    }
    for (const pending of batch) this.chars -= sizeOf(pending);
    if (this.waiters.length > 0 && !this.full) for (const resolve of this.waiters.splice(0)) resolve();
    return batch;
  }

  /** Takes out, for good, what the journal has answered already: inputs below an offset. */
  dropBelow(offset: number): Pending[] {
    const all = this.take(Infinity);
    const start = all.findIndex(({ input }) => offsetOf(input) >= offset);
    const below = all.splice(0, start === -1 ? all.length : start);
    this.putBack(all);
    return below;
  }

  /** Gives back inputs that were taken but not answered, in order. */
  putBack(inputs: readonly Pending[]): void {
    this.returned = [...inputs, ...this.returned];
    for (const pending of inputs) this.chars += sizeOf(pending);
  }
}

function sizeOf(pending: Pending): number {
  return pending.input.event.encoded.text.length;
}
