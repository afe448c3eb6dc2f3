import type { Pending } from './pending.js';

/** Inputs of one partition in the order they came. */
export class InputQueue {
  private items: (Pending | undefined)[] = [];
  private head = 0;
  /** Inputs given back after a failed append; they go first. */
  private returned: Pending[] = [];
  private taken = 0;
  private chars = 0;

  get length(): number {
    return this.returned.length + this.items.length - this.head;
  }

  /** Size of what waits, in characters of the events' texts. */
  get size(): number {
    return this.chars;
  }

  /** Inputs ever added: a watermark. */
  get added(): number {
    return this.taken + this.items.length - this.head;
  }

  push(pending: Pending): void {
    this.items.push(pending);
    this.chars += sizeOf(pending);
  }

  /**
   * Takes at most so many inputs; with `until`, only those recorded up to its time and added up to its watermark: what
   * must be judged before a barrier.
   */
  take(countMax: number, until?: { atMs: number; watermark: number }): Pending[] {
    const batch = this.returned.splice(0, countMax);
    while (batch.length < countMax && this.head < this.items.length) {
      const next = this.items[this.head]!;
      if (until !== undefined && (next.input.atMs > until.atMs || this.taken >= until.watermark)) break;
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
    return batch;
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
