export { startFeedback } from './start-feedback.js';
