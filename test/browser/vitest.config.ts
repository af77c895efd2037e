import { defineConfig } from 'vitest/config';

/** By a command of their own, as they need a browser: `npm run test:browser`. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    name: 'browser',
    include: ['test/browser/*.browser.ts'],
    environment: 'node',
    setupFiles: './test/support/end-with-run.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    maxWorkers: 1,
  },
});
