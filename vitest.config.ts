import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would give our sources another build of graphql than packages get, and the two refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    globalSetup: './test/support/global-setup.ts',
    setupFiles: './test/support/end-with-run.ts',
    // Two files at a time, on any machine: every file may run servers and nodes of its own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
  },
});
