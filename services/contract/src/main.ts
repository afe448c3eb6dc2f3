import { runProcess } from '@tutti/service';
import { startContract } from './machines/start-contract.js';

await runProcess((stopping) => startContract({ env: process.env, model: process.argv[2] }, stopping));
