export type { Ground } from './ground.js';
export { describeJournal } from './journal-suite.js';
export { describeSubjectStore } from './store-suite.js';
