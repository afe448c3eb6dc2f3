import { describeJournal } from '@tutti/runtime/conformance';
import { afterAll, beforeAll } from 'vitest';
import { EventStoreJournal } from './event-store-journal.js';
import { EventStoreDouble } from './testing/event-store-double.js';

const double = new EventStoreDouble();
let rooms = 0;

beforeAll(() => double.start());
afterAll(() => double.stop());

describeJournal('EventStoreDB', async () => {
  rooms += 1;
  const prefix = `room-${rooms}.`;
  return { open: () => EventStoreJournal.open(double.url, { prefix }), clear: async () => undefined };
});
