export type { Ground } from './ground.js';
export { describeJournal } from './journal-suite.js';
export { describeLeases } from './leases-suite.js';
export { describeLog, type LogGround } from './log-suite.js';
export { describeProjectionStore } from './projection-store-suite.js';
export { describeSubjectStore } from './store-suite.js';
