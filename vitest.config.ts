import { defineConfig } from 'vitest/config';

/**
 * Those that hold the product to milliseconds, or keep it so busy that another file's work would make it refuse some: by themselves, as
 * that work would be counted as lateness.
 */
const punctual = [
  'test/api/many-reservations.test.ts',
  'test/api/on-time*.test.ts',
  'test/api/{redis,store}-away.test.ts',
  'test/api/rolling-restart.test.ts',
  'test/api/two-nodes*.test.ts',
  'test/checker/checker.test.ts',
  'test/realtime/{expiry,frames,slow-readers}.test.ts',
  'test/expiry/on-time.test.ts',
];

export default defineConfig({
  // Vite would give our sources another build of graphql than packages get, and the two refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    environment: 'node',
    globalSetup: './test/support/global-setup.ts',
    setupFiles: './test/support/setup.ts',
    // What a test waits for has bounds of its own; these are for a test that hangs, on a machine that has other things to do.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['{test,web/test}/**/*.test.ts'],
          exclude: punctual,
          // Two files at a time, on any machine: every file may run servers and nodes of its own.
          maxWorkers: 2,
          // One worker's files share what they import: to load all of it for each would take longer than most of them run.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'one by one', include: punctual, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
