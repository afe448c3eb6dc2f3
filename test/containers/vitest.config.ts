import { defineConfig } from 'vitest/config';

/** Only what `npm run test:containers` runs: pulling an image may take minutes. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
