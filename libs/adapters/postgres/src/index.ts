export type { PostgresOptions } from './connection/address.js';
export { PostgresJournal } from './journal/postgres-journal.js';
export { PostgresLeases } from './leases/postgres-leases.js';
export { migrate } from './migrations/migrate.js';
export { PostgresProjectionStore } from './projection/postgres-projection-store.js';
export { PostgresSubjectStore } from './store/postgres-subject-store.js';
