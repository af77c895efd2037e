import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { ServerProcess } from '../api/server-process.ts';
import { createTestDatabase } from '../support/database.ts';
import { nodeEnv } from '../support/node.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { holdfast, severalProcesses } from './command-line.ts';
import { emptyFolder } from './folder.ts';

const soon = { withinMs: 30_000 };
const stopped = { code: 0, signal: null };

test('an aborted start unlocks the embedded database', severalProcesses, async () => {
  await using folder = await emptyFolder();
  await using server = ServerProcess.serve({ cwd: folder.path, env: { PORT: '0' } });
  const lock = join(folder.path, 'data', 'lock');
  await waitFor(() => access(lock).then(() => true), { ...soon, what: 'the database to be opened' });
  server.signal('SIGTERM');
  expect(await server.ended({ withinMs: 60_000 })).toEqual(stopped);
  expect(server.output).toMatch(/^.*"SIGTERM: stopping.*\n.*"stopped"\}\n$/);
  await expect(access(lock)).rejects.toThrow('ENOENT');
  expect(await holdfast(['migrate'], { cwd: folder.path })).toMatchObject({ code: 0 });
});

describe('a start that waits for the migrations of another node', severalProcesses, () => {
  test.each([1, 2])('ends with them, of %i workers', async (workers) => {
    await using database = await createTestDatabase();
    await using redis = await testRedis();
    await using migrating = await migrationElsewhere(database.url);
    await using server = ServerProcess.serve({
      cwd: tmpdir(),
      env: { ...nodeEnv, DATABASE_URL: database.url, REDIS_URL: redis.url, WORKERS: String(workers) },
    });
    await migrating.awaitedBy(workers);
    server.signal('SIGINT');
    await server.said(/(SIGINT: stopping)/, soon);
    await migrating.end();
    expect(await server.ended({ withinMs: 20_000 })).toEqual(stopped);
    expect(server.output).toContain('"stopped"');
    expect(server.output).not.toContain('listening');
  });

  test('is left when they take too long', async () => {
    await using database = await createTestDatabase();
    await using migrating = await migrationElsewhere(database.url);
    await using server = ServerProcess.serve({ cwd: tmpdir(), env: { ...nodeEnv, DATABASE_URL: database.url } });
    await migrating.awaitedBy(1);
    server.signal('SIGTERM');
    expect(await server.ended({ withinMs: 20_000 })).toEqual(stopped);
  });
});

/** Holds the migration lock until it is disposed of. */
async function migrationElsewhere(databaseUrl: string) {
  const sql = postgres(databaseUrl, { max: 1 });
  await sql`select pg_advisory_lock(1, 0)`;
  const waiting = async () => {
    const [row] = await sql`
      select count(*)::int as waiting from pg_locks
      where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`;
    return Number(row?.waiting);
  };
  return {
    awaitedBy: (nodes: number) =>
      waitFor(async () => (await waiting()) === nodes, { ...soon, what: 'the nodes to wait for the migrations' }),
    end: () => sql.end(),
    [Symbol.asyncDispose]: () => sql.end(),
  };
}
