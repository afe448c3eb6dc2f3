import { expect } from 'vitest';
import { JournalUnavailableError, type Block, type Journal } from '@tutti/runtime/journal';

/** What will be, on a machine that may be busy. */
export const soon = <T>(value: () => T) => expect.poll(value, { timeout: 10_000, interval: 5 });

/** Appends until it is known, as a partition task does. */
export async function insist(journal: Journal, stream: string, block: Block): Promise<void> {
  for (;;) {
    try {
      return await journal.append(stream, block);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
