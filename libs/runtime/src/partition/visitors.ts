import type { TuttiError } from '@tutti/kernel';
import { unavailable } from './unavailable.js';

interface Visitor {
  enter: () => Promise<void>;
  refuse: (error: TuttiError) => void;
}

/** Those who want to look at a partition's memory between two batches, when it is as the journal has it. */
export class Visitors {
  private waiting: Visitor[] = [];
  private closedFor: TuttiError | undefined;

  get any(): boolean {
    return this.waiting.length > 0;
  }

  /** @throws TuttiError `unavailable` visitors are turned away */
  visit<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.closedFor !== undefined) return Promise.reject(unavailable(this.closedFor.message, this.closedFor));
    return new Promise((resolve, reject) => {
      const enter = async (): Promise<void> => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error as Error);
        }
      };
      this.waiting.push({ enter, refuse: reject });
    });
  }

  /** Lets those who wait in, one after the other. */
  async welcome(): Promise<void> {
    const waiting = this.waiting;
    this.waiting = [];
    for (const { enter } of waiting) await enter();
  }

  /** Turns those who wait away, and those who come until {@link reopen}. */
  turnAway(error: TuttiError): void {
    this.closedFor = error;
    const waiting = this.waiting;
    this.waiting = [];
    for (const { refuse } of waiting) refuse(unavailable(error.message, error));
  }

  reopen(): void {
    this.closedFor = undefined;
  }
}
