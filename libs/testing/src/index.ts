export { ManualClock } from '@tutti/runtime';
export { startTutti, type StartTuttiOptions, type TestTutti } from './start-tutti.js';
