import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { describe, expect, inject, test } from 'vitest';
import type { Database, Session } from '../../src/store/engine/database.ts';
import { isStoreUnavailable } from '../../src/store/engine/faults.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { countEvents } from '../../src/store/queries/events.ts';
import type { Happenings } from '../../src/telemetry/happenings.ts';
import { createDatabase, databaseName, onServer } from '../support/create-database.ts';
import { testDatabase } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

const { url } = await testDatabase();
const open = (options: { url?: string; poolSize?: number } = {}) =>
  openDatabase({ kind: 'postgres', url, poolSize: 2, ...options });

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it was expected to fail'),
    (error: unknown) => error,
  );

describe('migrating', () => {
  test('an empty database on eight nodes concurrently works, and has no effect again', async () => {
    const empty = await createDatabase(inject('postgresUrl'));
    const nodes = await Promise.all(Array.from({ length: 8 }, () => open({ url: empty })));
    try {
      await Promise.all(nodes.map((node) => node.migrate()));
      await Promise.all(nodes.map((node) => createSampleEvent(node, 1)));
      await nodes[0]?.migrate();
      expect(await Promise.all(nodes.map(countEvents))).toEqual(Array(8).fill(8));
    } finally {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
      await onServer(
        inject('postgresUrl'),
        (server) => server`drop database ${server(databaseName(empty))} with (force)`,
      );
    }
  });
});

test('a migration logs which other one it waits for, and continues after it', async () => {
  const warnings: string[] = [];
  const telemetry = new EventEmitter<Happenings>();
  telemetry.on('store:warned', (warning) => warnings.push(warning));
  await using database = await openDatabase({ kind: 'postgres', url, poolSize: 2 }, { telemetry });
  const { pid, migrating } = await onServer(url, (sql) =>
    sql.begin(async (other) => {
      await other`select pg_advisory_xact_lock(1, 0)`;
      const [self] = await other`select pg_backend_pid() as pid`;
      const migrating = database.migrate();
      await waitFor(() => warnings.length > 0, { withinMs: 20_000, what: 'the migration to say that it waits' });
      return { pid: self?.pid, migrating: { ended: migrating } };
    }),
  );
  expect(await migrating.ended).toEqual([]);
  expect(warnings).toEqual([
    expect.stringContaining(
      `migrating waits until another migration has ended: it is held up by Postgres' process ${pid} (`,
    ),
  ]);
});

describe.each(engines)('a transaction on $engine', async ({ open: openEngine }) => {
  const database = await openEngine();

  test('that throws changes nothing, and lets the next one through', async () => {
    const failing = database.transaction(async ({ rows }) => {
      await rows(sql`create table half (id int)`);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await database.rows(sql`select to_regclass('half') as half`)).toEqual([{ half: null }]);
  });

  test('is repeated after a serialization failure or a deadlock, up to a bound', async () => {
    const raise = sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`;
    let attempts = 0;
    const failAtFirst = (times: number) => () =>
      database.transaction(async ({ rows }) => {
        attempts += 1;
        if (attempts <= times) await rows(raise);
        return attempts;
      });
    expect(await failAtFirst(2)()).toBe(3);
    attempts = 0;
    expect(isStoreUnavailable(await failureOf(failAtFirst(100)()))).toBe(true);
    expect(attempts).toBe(5);
  });

  test('is not repeated after a fault of its own, and the store stays available', async () => {
    let attempts = 0;
    const failing = database.transaction(async ({ rows }) => {
      attempts += 1;
      await rows(sql`select 1 / 0`);
    });
    expect(isStoreUnavailable(await failureOf(failing))).toBe(false);
    expect(attempts).toBe(1);
  });
});

describe.each(engines)('pipelined statements on $engine', async ({ open: openEngine }) => {
  const database = await openEngine();
  const insert = sql`insert into kept select 1`;
  await database.rows(sql`create table kept (id int)`);

  test('each return their rows, and are one transaction', async () => {
    const transactionId = sql`select txid_current()::text as id`;
    const [first, , kept, , last] = await database.pipeline([
      ...[transactionId, insert, sql`select id from kept`],
      ...[sql`delete from kept`, transactionId],
    ]);
    expect(kept).toEqual([{ id: 1 }]);
    expect(last).toEqual(first);
  });

  test('of which one fails change nothing, say which, and let the next ones through', async () => {
    const error = await failureOf(database.pipeline([insert, sql`select 1 / 0`, insert]));
    expect(messagesOf(error)).toContain('division by zero');
    expect(await database.pipeline([sql`select id from kept`])).toEqual([[]]);
  });

  test('are repeated after a serialization failure or a deadlock, up to a bound', async () => {
    const raise = sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`;
    await database.rows(sql`create sequence attempts`);
    const error = await failureOf(database.pipeline([sql`select nextval('attempts')`, raise]));
    expect(isStoreUnavailable(error)).toBe(true);
    expect(await database.rows(sql`select last_value::int from attempts`)).toEqual([{ last_value: 5 }]);
  });
});

describe('a Postgres', () => {
  test('that does not answer is unavailable', async () => {
    const error = await failureOf(open({ url: 'postgres://postgres@127.0.0.1:1/none' }));
    expect(isStoreUnavailable(error)).toBe(true);
  });

  test('without the database does not count as unavailable', async () => {
    const missing = new URL(url);
    missing.pathname = 'no_such_database';
    const error = await failureOf(open({ url: missing.href }));
    expect(isStoreUnavailable(error)).toBe(false);
    expect(String(error)).toContain('no_such_database');
  });

  test('that ends a connection during a statement is unavailable, and then works again', async () => {
    await using database = await open();
    const statement = database.rows(sql`select pg_terminate_backend(pg_backend_pid())`);
    expect(isStoreUnavailable(await failureOf(statement))).toBe(true);
    await waitFor(() => isBack(database), { withinMs: 10_000, what: 'the pool to recover' });
  });

  test('that ends connections during transactions repeatedly is unavailable, and then works again', async () => {
    await using database = await open();
    const beKilled = ({ rows }: Session) => rows(sql`select pg_terminate_backend(pg_backend_pid())`);
    for (let time = 0; time < 5; time++) {
      const transaction = database.transaction(async (session) => {
        await session.rows(sql`create table half (id int)`);
        await beKilled(session);
      });
      expect(isStoreUnavailable(await failureOf(transaction))).toBe(true);
    }
    const both = () => Promise.all([inTransaction(database), inTransaction(database)]);
    await waitFor(both, { withinMs: 10_000, what: 'the whole pool to recover' });
    expect(await database.rows(sql`select to_regclass('half') as half`)).toEqual([{ half: null }]);
  });

  test('that ends connections during pipelined statements repeatedly works again', async () => {
    await using database = await open();
    const kill = sql`select pg_terminate_backend(pg_backend_pid())`;
    for (let time = 0; time < 5; time++) {
      const statements = [sql`create table half (id int)`, kill, sql`select 1`];
      expect(isStoreUnavailable(await failureOf(database.pipeline(statements)))).toBe(true);
    }
    const asleep = () => database.pipeline([sql`select pg_sleep(0.05)`]);
    const both = () => Promise.all([asleep(), asleep()]);
    await waitFor(both, { withinMs: 10_000, what: 'the whole pool to recover' });
    expect(await database.rows(sql`select to_regclass('half') as half`)).toEqual([{ half: null }]);
  });

  test('that ends one connection does not affect long statements on others', { timeout: 60_000 }, async () => {
    await using database = await open({ poolSize: 10 });
    const pids = () => database.transaction(({ rows }) => rows<{ pid: number }>(sql`select pg_backend_pid() as pid`));
    const long = [
      database.rows(sql`select pg_sleep(5), 1 as one`),
      database.transaction(({ rows }) => rows(sql`select pg_sleep(5), 1 as one`)),
      database.pipeline([sql`select pg_sleep(5), 1 as one`]).then(([rows]) => rows),
      database.reads.rows(sql`select pg_sleep(4), 1 as one`),
    ];
    await onServer(url, async (server) => {
      const asleep = () =>
        server`select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`;
      await waitFor(async () => (await asleep()).length === 4, {
        withinMs: 10_000,
        what: 'the long statements to run',
      });
      for (let time = 0; time < 3; time++) {
        // The ended connection may still be listed.
        const [idle] = await waitFor(pids, { withinMs: 5_000, what: 'a connection' });
        await server`select pg_terminate_backend(${idle?.pid ?? 0})`;
      }
    });
    for (const rows of await Promise.all(long)) expect(rows).toMatchObject([{ one: 1 }]);
  });

  test('that ends all connections repeatedly does not delay statements for long', async () => {
    await using database = await open({ poolSize: 10 });
    const waits: number[] = [];
    let isOver = false;
    const askOn = async (ask: () => Promise<unknown>) => {
      while (!isOver) {
        const askedAtMs = performance.now();
        await ask().catch((error) => expect(isStoreUnavailable(error)).toBe(true));
        waits.push(performance.now() - askedAtMs);
        // Like requests, in a later turn of the event loop than the answer.
        await new Promise(setImmediate);
      }
    };
    const asks = [() => database.rows(sql`select 1`), () => database.pipeline([sql`select 1`])];
    const asking = Array.from({ length: 4 }, () => asks.map(askOn)).flat();
    await onServer(url, async (server) => {
      for (let time = 0; time < 40; time++) {
        await sleep(100);
        await server`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'holdfast' and datname = current_database()`;
      }
    });
    isOver = true;
    await Promise.all(asking);
    // A connection that was not recognized as lost would keep its statement for 15 s.
    expect(Math.max(...waits)).toBeLessThan(8_000);
  });

  test('that takes too long over a statement is unavailable', async () => {
    await using database = await open();
    const slow = database.transaction(async ({ rows }) => {
      await rows(sql`set local statement_timeout = 20`);
      await rows(sql`select pg_sleep(5)`);
    });
    expect(isStoreUnavailable(await failureOf(slow))).toBe(true);
    expect(await database.rows(sql`show statement_timeout`)).toEqual([{ statement_timeout: '15s' }]);
  });

  test.each([
    ['an error', sql`1 / (4 - i)`],
    ['the end of its connection', sql`case i when 4 then pg_terminate_backend(pg_backend_pid()) end`],
  ])('that breaks an answer off with %s gives the next ones whole', async (_, fourth) => {
    await using database = await open({ poolSize: 1 });
    const breakOff = () => failureOf(database.rows(sql`select ${fourth} from generate_series(1, 10) as i`));
    const nextAnswer = (ask: () => Promise<unknown[]>) => waitFor(ask, { withinMs: 10_000, what: 'an answer' });
    await breakOff();
    expect(await nextAnswer(() => database.rows(sql`select 1 as one`))).toEqual([{ one: 1 }]);
    await breakOff();
    expect(
      await nextAnswer(() => database.query((orm) => orm.select({ one: sql`1` }).from(sql`(select) as nothing`))),
    ).toEqual([{ one: 1 }]);
  });

  test('that dies is unavailable until it is back', async () => {
    await using server = await startPostgres();
    await using database = await open({ url: await server.createDatabase() });
    const lost = failureOf(database.rows(sql`select pg_sleep(20)`));
    await waitFor(() => isAsleep(server.url('postgres')), { withinMs: 5_000, what: 'the statement to run' });
    await server.kill();
    expect(isStoreUnavailable(await lost)).toBe(true);
    expect(isStoreUnavailable(await failureOf(database.rows(sql`select 1`)))).toBe(true);
    await server.start();
    await waitFor(() => isBack(database), { withinMs: 10_000, what: 'the pool to recover' });
  });
});

/** Long enough that two need two connections. */
function inTransaction(database: Database): Promise<unknown> {
  return database.transaction(({ rows }) => rows(sql`select pg_sleep(0.05)`));
}

async function isBack(database: Database): Promise<boolean> {
  return (await database.rows(sql`select 1 as one`)).length === 1;
}

function isAsleep(serverUrl: string): Promise<boolean> {
  return onServer(serverUrl, async (server) => {
    const sleepers = await server`select from pg_stat_activity where wait_event = 'PgSleep'`;
    return sleepers.length > 0;
  });
}

/** Messages of the error and its causes. */
function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messagesOf(error.cause)}` : '';
}
