import { defineConfig } from 'vitest/config';

/** Tests with time bounds, which run alone. */
const punctual = ['test/browser/{buying,frames}.browser.ts'];

/** Have a command of their own, `npm run test:browser`, because they need a browser. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    environment: 'node',
    setupFiles: './test/support/setup.ts',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/*.browser.ts'],
          exclude: punctual,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'browser, alone', include: punctual, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
