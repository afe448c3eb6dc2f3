import type { KafkaFault, ReadRecord } from './kafka-port.js';

export interface QueuedBatch {
  partition: number;
  records: readonly ReadRecord[];
}

/**
 * Hands batches from who reads them to who takes them: `put` resolves when the batch was taken whole, so a slow taker
 * slows the reading.
 */
export class BatchQueue implements AsyncIterable<QueuedBatch> {
  readonly #batches: { batch: QueuedBatch; taken: () => void }[] = [];
  #ended: { fault: KafkaFault | undefined } | undefined;
  #wake: () => void = () => {};

  put(batch: QueuedBatch): Promise<void> {
    if (this.#ended !== undefined) return Promise.resolve();
    return new Promise((taken) => {
      this.#batches.push({ batch, taken });
      this.#wake();
    });
  }

  /** Nothing more comes: the taker ends, or throws the fault. */
  end(fault: KafkaFault | undefined): void {
    this.#ended ??= { fault };
    for (const { taken } of this.#batches.splice(0)) taken();
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QueuedBatch, void, undefined> {
    for (;;) {
      const next = this.#batches.shift();
      if (next !== undefined) {
        try {
          yield next.batch;
        } finally {
          next.taken();
        }
      } else if (this.#ended !== undefined) {
        if (this.#ended.fault !== undefined) throw this.#ended.fault;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }
}
