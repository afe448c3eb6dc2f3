export { EventStoreJournal, type EventStoreJournalOptions } from './event-store-journal.js';
