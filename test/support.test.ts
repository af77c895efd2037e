import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { databaseName, onServer } from './support/create-database.ts';
import { createTestDatabase, testDatabase } from './support/database.ts';
import { startPostgres } from './support/postgres.ts';
import { startRedis } from './support/redis.ts';
import { waitFor } from './support/wait-for.ts';

const database = await testDatabase();

describe('a test database', () => {
  test("has the product's tables, and is not shared", async () => {
    await using other = await createTestDatabase();
    const countSeats = (url: string) => onServer(url, (sql) => sql`select count(*)::int as seats from seats`);
    expect(await countSeats(database.url)).toEqual([{ seats: 0 }]);
    await onServer(other.url, (sql) => sql`drop table seats cascade`);
    expect(await countSeats(database.url)).toEqual([{ seats: 0 }]);
  });

  test('can be created many times concurrently', async () => {
    const databases = await Promise.all(Array.from({ length: 8 }, createTestDatabase));
    expect(new Set(databases.map(({ url }) => databaseName(url))).size).toBe(8);
    for (const made of databases) await made[Symbol.asyncDispose]();
  });

  test('names connections that were left open, and is still dropped', async () => {
    const leaky = await createTestDatabase();
    const sql = postgres(leaky.url, { connection: { application_name: 'leak' } });
    await sql`select 'forgotten'`;
    await expect(leaky[Symbol.asyncDispose]()).rejects.toThrow(/leak idle since .* last query: .*select 'forgotten'/);
    await expect(onServer(leaky.url, (again) => again`select 1`)).rejects.toThrow('does not exist');
    await sql.end();
  });
});

describe('a Postgres of its own', () => {
  test('keeps its data and its port when it is killed or stopped, even while it is paused', async () => {
    await using server = await startPostgres();
    const url = await server.createDatabase();
    await onServer(url, (sql) => sql`create table kept as select 1 as row`);
    await server.kill();
    await expect(onServer(url, (sql) => sql`select 1`)).rejects.toThrow('ECONNREFUSED');
    await server.start();
    server.pause();
    await server.stop();
    await server.start();
    expect(await onServer(url, (sql) => sql`select * from kept`)).toEqual([{ row: 1 }]);
  });

  test('closes its connections when it is killed', async () => {
    await using server = await startPostgres();
    await onServer(server.url('postgres'), async (sql) => {
      const sleeping = sql`select pg_sleep(60)`.then(
        () => 'answered',
        () => 'lost',
      );
      await waitFor(() => isAsleep(server.url('postgres')), { withinMs: 5_000, what: 'the query to run' });
      await server.kill();
      expect(await sleeping).toBe('lost');
    });
  });

  test('does not answer while it is paused, also on open connections', async () => {
    await using server = await startPostgres();
    await onServer(server.url('postgres'), async (sql) => {
      await sql`select 1`;
      server.pause();
      let answered = false;
      const answer = sql`select 2 as two`.then((rows) => {
        answered = true;
        return rows;
      });
      await expect(onceTrue(() => answered)).rejects.toThrow('waited 200 ms');
      server.resume();
      expect(await answer).toEqual([{ two: 2 }]);
    });
  });
});

describe('a Redis of its own', () => {
  test('is empty after a flush and after a kill, on the same port', async () => {
    await using server = await startRedis();
    await server.cli('SET', 'seat', 1);
    expect(await server.cli('GET', 'seat')).toBe('1');
    await server.flush();
    expect(await server.cli('GET', 'seat')).toBeNull();
    await server.cli('SET', 'seat', 2);
    await server.kill();
    await expect(server.cli('PING')).rejects.toThrow();
    await server.start();
    expect(await server.cli('GET', 'seat')).toBeNull();
  });

  test('has notifications off by default', async () => {
    await using server = await startRedis();
    expect(await server.cli('CONFIG', 'GET', 'notify-keyspace-events')).toEqual(['notify-keyspace-events', '']);
  });
});

describe('waitFor', () => {
  test('returns the first truthy value', async () => {
    let asked = 0;
    const thirdTime = () => (++asked === 3 ? 'now' : undefined);
    expect(await waitFor(thirdTime, { withinMs: 5_000, what: 'the third time' })).toBe('now');
  });

  test('names the condition and its last value', async () => {
    await expect(onceTrue(() => false)).rejects.toThrow('waited 200 ms for it to be true; the last value was: false');
    const broken = onceTrue(() => Promise.reject(new Error('no such seat')));
    await expect(broken).rejects.toThrow(/the last error was: Error: no such seat/);
    await expect(onceTrue(() => new Promise(() => {}))).rejects.toThrow('the condition never answered');
  });
});

function onceTrue(condition: () => boolean | Promise<boolean>): Promise<true> {
  return waitFor(condition, { withinMs: 200, what: 'it to be true' });
}

async function isAsleep(url: string): Promise<boolean> {
  const sleepers = await onServer(url, (sql) => sql`select 1 from pg_stat_activity where wait_event = 'PgSleep'`);
  return sleepers.length > 0;
}
