import { runProcess } from '@tutti/service';
import { startProjection } from './start-projection.js';

await runProcess((stopping) => startProjection(process.env, stopping));
