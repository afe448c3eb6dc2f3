import type { Consumer } from 'kafkajs';

const everyMs = 1_000;

/** Commits, now and then, how far each partition is answered: a hint for displays of lag, so failures are let go. */
export class CommitHints {
  private readonly offsets = new Map<number, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly topic: string,
    private readonly consumer: () => Consumer | undefined,
  ) {
    this.timer = setInterval(() => void this.flush(), everyMs).unref();
  }

  note(partition: number, offset: number): void {
    this.offsets.set(partition, offset);
  }

  async flush(): Promise<void> {
    const consumer = this.consumer();
    if (consumer === undefined || this.offsets.size === 0) return;
    const { topic } = this;
    const offsets = [...this.offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    this.offsets.clear();
    try {
      await consumer.commitOffsets(offsets);
    } catch {
      // The next one says the same, and more.
    }
  }

  close(): void {
    clearInterval(this.timer);
  }
}
