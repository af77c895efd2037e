import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { ServerProcess } from '../api/server-process.ts';
import { nodeEnv } from '../support/node.ts';
import { startPostgres } from '../support/postgres.ts';
import { severalProcesses } from './command-line.ts';

const soon = { withinMs: 30_000 };
/** Maximum duration of a shutdown, as in docs/operations.md. */
const LEFT_WITHIN_MS = 15_000;

test('a node whose store is frozen stops at a signal', severalProcesses, async () => {
  await using store = await startPostgres();
  const databaseUrl = await store.createDatabase();
  await using server = ServerProcess.serve({ cwd: tmpdir(), env: { ...nodeEnv, DATABASE_URL: databaseUrl } });
  await server.ready();
  store.pause();
  // It retries several times a second, over connections that lead nowhere.
  await server.said(/(level CRITICAL)/, soon);
  server.signal('SIGTERM');
  await server.said(/"(stopped)"/, soon);
  expect(await server.ended({ withinMs: LEFT_WITHIN_MS })).toEqual({ code: 0, signal: null });
});
