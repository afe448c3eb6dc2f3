#!/usr/bin/env node
import { run } from './run/run.js';
import { processShell } from './run/shell.js';

// A reader that goes away (`tutti tail … | head`) ends the program, quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), processShell());
