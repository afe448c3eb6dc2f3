export { openDataFolder, type DataFolder } from './data-folder.js';
export { SqliteJournal } from './sqlite-journal.js';
export { SqliteSubjectStore } from './sqlite-subject-store.js';
