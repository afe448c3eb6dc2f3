import { afterEach, beforeEach } from 'vitest';
import type { Block } from '@tutti/runtime/journal';
import { EventStoreJournal, type EventStoreJournalOptions } from '../event-store-journal.js';
import { EventStoreDouble } from './event-store-double.js';

/** A fresh server for each test of the file, and journals on it that are closed afterwards. */
export function groundOf(): {
  readonly double: EventStoreDouble;
  open(options?: EventStoreJournalOptions, url?: string): Promise<EventStoreJournal>;
  another(double: EventStoreDouble): Promise<EventStoreDouble>;
} {
  let doubles: EventStoreDouble[] = [];
  let journals: EventStoreJournal[] = [];
  beforeEach(async () => {
    doubles = [await new EventStoreDouble().start()];
    journals = [];
  });
  afterEach(async () => {
    for (const double of doubles) double.thaw();
    for (const journal of journals) await journal.close();
    for (const double of doubles) double.stop();
  });
  return {
    get double(): EventStoreDouble {
      return doubles[0]!;
    },
    async open(options, url = doubles[0]!.url) {
      const journal = await EventStoreJournal.open(url, { prefix: '', timeoutMs: 2_000, ...options });
      journals.push(journal);
      return journal;
    },
    async another(double) {
      doubles.push(double);
      return double.start();
    },
  };
}

/** Ids in order: what is compared when bytes do not matter. */
export const idsOf = (blocks: readonly Block[]): string[] => blocks.map(({ id }) => id);
