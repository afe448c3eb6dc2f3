export { openDataFolder, type DataFolder } from './data-folder.js';
export { JournalIndex } from './indexing/journal-index.js';
export { WorkerIndex } from './indexing/worker-index.js';
export { SqliteJournal } from './journal/sqlite-journal.js';
export { SqliteSubjectStore } from './sqlite-subject-store.js';
