import { defineConfig } from 'vitest/config';

/**
 * Tests with bounds of milliseconds, or under so much load that other tests would make the product refuse requests. They run alone,
 * because other load would count as delay.
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

/**
 * Tests that leave calls of Stripe's library behind, which takes no signals: it would go on in the files that come after them in a worker,
 * and set timers there.
 */
const abandoning = [
  'test/api/stripe-*.test.ts',
  'test/payments/{many-confirmations,reconcile}.test.ts',
  'test/payments/stripe/*.test.ts',
  'test/stripe/*.test.ts',
];

export default defineConfig({
  // Vite would load another build of graphql than packages do, and the two refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    environment: 'node',
    globalSetup: './test/support/global-setup.ts',
    setupFiles: './test/support/setup.ts',
    // Tests have bounds of their own for each wait. These are for tests that hang, on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['{test,web/test}/**/*.test.ts'],
          exclude: [...punctual, ...abandoning],
          // Two files at a time on any machine, because files may run servers and nodes.
          maxWorkers: 2,
          // Files of one worker share their imports, because loading them takes longer than most files run.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'in workers of their own', include: abandoning, maxWorkers: 2, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'one by one', include: punctual, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
