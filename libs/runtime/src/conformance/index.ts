export type { Ground } from './ground.js';
export { describeJournal } from './journal-suite.js';
export { describeLog, type LogGround } from './log-suite.js';
export { describeSubjectStore } from './store-suite.js';
