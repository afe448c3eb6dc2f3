import { runProcess } from '@tutti/service';
import { startFeedback } from './start-feedback.js';

await runProcess((stopping) => startFeedback(process.env, stopping));
