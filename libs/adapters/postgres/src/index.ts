export type { PostgresOptions } from './connection/address.js';
export { PostgresJournal } from './journal/postgres-journal.js';
export { migrate } from './migrations/migrate.js';
export { PostgresSubjectStore } from './store/postgres-subject-store.js';
