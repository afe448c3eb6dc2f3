/** Those who wait until a partition judges under an epoch. */
export class EpochWaiters {
  private waiting: { epoch: number; resolve: () => void; reject: (error: Error) => void }[] = [];

  /** Resolves when the epoch, or a later one, is in force. */
  until(epoch: number): Promise<void> {
    return new Promise((resolve, reject) => this.waiting.push({ epoch, resolve, reject }));
  }

  inForce(epoch: number): void {
    const { waiting } = this;
    this.waiting = waiting.filter((waiter) => waiter.epoch > epoch);
    for (const waiter of waiting) if (waiter.epoch <= epoch) waiter.resolve();
  }

  turnAway(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
