import { defineConfig } from 'vitest/config';

/** Only what `npm run test:journal` runs: servers elsewhere may be slow. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['journal.suite.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
