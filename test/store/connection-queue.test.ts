import { sql } from 'drizzle-orm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/store/engine/database.ts';
import { isStoreUnavailable, OperationOver } from '../../src/store/engine/faults.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { onServer } from '../support/create-database.ts';
import { testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { engines } from './engines.ts';

const { url } = await testDatabase();
const one = sql`select 1 as one`;

async function openPostgres(poolSize: number): Promise<Database> {
  const database = await openDatabase({ kind: 'postgres', url, poolSize });
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it was expected to fail'),
    (error: unknown) => error,
  );

describe.each(engines)('on $engine', async ({ open }) => {
  const database = await open();

  test('statements of a rush that would wait for long are refused, and leave nothing behind', async () => {
    const statements = Array.from({ length: 3_000 }, (_, place) =>
      place % 2 === 0
        ? database.rows<{ one: number }>(one)
        : database.transaction(({ rows }) => rows<{ one: number }>(one)),
    );
    const outcomes = await Promise.allSettled(statements);
    const answered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(new Set(answered.map(([row]) => row?.one))).toEqual(new Set([1]));
    expect(refused.length).toBeGreaterThan(900);
    expect(refused.length).toBeLessThan(1_000);
    expect(refused.every(isStoreUnavailable)).toBe(true);
    expect(await database.rows(one)).toEqual([{ one: 1 }]);
  });

  test("reads beyond the queue's limit are refused, which does not count as a fault of the store", async () => {
    // Faults that another test has caused are reported for a while.
    await waitFor(() => database.fault === null, { withinMs: 5_000, what: 'writes to be well' });
    const reads = Array.from({ length: 1_500 }, () => database.reads.rows(one));
    const ended = Promise.allSettled(reads);
    expect(await failureOf(Promise.all(reads))).toSatisfy(isStoreUnavailable);
    expect(database.readFault).toBe('overloaded');
    expect(database.fault).toBeNull();
    const refused = (await ended).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(400);
    expect(await database.reads.rows(one)).toEqual([{ one: 1 }]);
  });

  test('reads that still wait when their operation is over are not sent', async () => {
    await database.rows(sql`create sequence sent_reads`);
    const operation = { isOver: false };
    const session = database.reads.during(() => operation.isOver);
    const reads = Array.from({ length: 100 }, () => session.rows(sql`select nextval('sent_reads')`));
    operation.isOver = true;
    const ended = await Promise.allSettled(reads);
    const sent = ended.filter(({ status }) => status === 'fulfilled').length;
    expect(sent).toBeLessThan(10);
    expect(await database.rows(sql`select nextval('sent_reads')::int as next`)).toEqual([{ next: sent + 1 }]);
    for (const read of ended) if (read.status === 'rejected') expect(read.reason).toBeInstanceOf(OperationOver);
  });
});

test('on the single connection of an embedded database writes precede waiting reads, and reads of maps precede others', async () => {
  await using database = await openDatabase({ kind: 'embedded', dataDir: 'memory://' });
  const order: string[] = [];
  const note = (what: string) => () => void order.push(what);
  await Promise.all([
    ...[1, 2, 3].map((read) => database.reads.rows(one).then(note(`read ${read}`))),
    ...[1, 2].map((map) => database.mapReads.rows(one).then(note(`map ${map}`))),
    ...[1, 2].map((write) => database.transaction(({ rows }) => rows(one)).then(note(`write ${write}`))),
  ]);
  // The connection was free for the first one.
  expect(order).toEqual(['read 1', 'write 1', 'write 2', 'map 1', 'map 2', 'read 2', 'read 3']);
});

test.each([1, 2, 10])(
  'with a pool of %i, reads that hang keep no write waiting',
  { timeout: 60_000 },
  async (poolSize) => {
    const database = await openPostgres(poolSize);
    const lock = Number(`77${poolSize}`);
    await onServer(url, (other) =>
      other.begin(async (holder) => {
        await holder`select pg_advisory_xact_lock(${lock})`;
        const reads = Array.from({ length: 50 }, () =>
          database.reads.rows(sql`select pg_advisory_lock_shared(${lock})`),
        );
        void Promise.allSettled(reads);
        await waitFor(() => database.readsWaiting > 40, { withinMs: 5_000, what: 'reads to wait' });
        for (let write = 0; write < 50; write++) expect(await database.rows(one)).toEqual([{ one: 1 }]);
        expect(database.waiting).toBe(0);
        expect(database.fault).toBeNull();
        // None takes longer than its timeouts.
        const ended = await Promise.allSettled(reads);
        for (const read of ended) expect(read.status === 'rejected' && read.reason).toSatisfy(isStoreUnavailable);
        expect(database.fault).toBeNull();
      }),
    );
    expect(await database.reads.rows(one)).toEqual([{ one: 1 }]);
  },
);

test('a read may take five seconds and a write fifteen', async () => {
  const database = await openPostgres(2);
  const timeout = sql`show statement_timeout`;
  expect(await database.rows(timeout)).toEqual([{ statement_timeout: '15s' }]);
  expect(await database.reads.rows(timeout)).toEqual([{ statement_timeout: '5s' }]);
  expect(await database.mapReads.rows(timeout)).toEqual([{ statement_timeout: '5s' }]);
  expect(isStoreUnavailable(await failureOf(database.reads.rows(sql`select pg_sleep(20)`)))).toBe(true);
});
