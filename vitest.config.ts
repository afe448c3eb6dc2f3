import { defineConfig } from 'vitest/config';

/** Decorators as the compiler writes them: specs lie outside their package's tsconfig. */
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };

export default defineConfig({
  test: {
    projects: [
      {
        oxc,
        test: {
          name: 'unit',
          isolate: false,
          include: [
            'libs/**/src/**/*.spec.ts',
            'services/**/src/**/*.spec.ts',
            'examples/**/*.spec.ts',
            'test/unit/**/*.spec.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        oxc,
        test: {
          name: 'system',
          include: ['test/*.spec.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
