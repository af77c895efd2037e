import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/store/engine/postgres.ts';
import { onServer } from '../support/create-database.ts';
import { createTestDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordTelemetry } from '../telemetry/recorder.ts';
import { newBuyer, reservationIn } from './buyer.ts';
import { print } from './figures.ts';
import { countKinds, expectNothingLost, longestGapMs, Rush } from './rush.ts';
import { offer } from './venue.ts';

const seats = 5_000;
const soon = { withinMs: 15_000 };
/** A migration gives up a lock after a second. The rest is for a busy machine. */
const interruptedMs = 1_000 + 4_000;

const landed = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** A migration of a later version, unknown to the nodes. */
const addition = `
alter table reservations add column channel text;--> statement-breakpoint
alter table seats add column hold_reason text default '' not null;--> statement-breakpoint
create table waiting_list (event_id uuid not null, viewer_id text not null, primary key (event_id, viewer_id));`;

/** The landed migrations and a later one. */
async function laterMigrations(): Promise<AsyncDisposable & { readonly migrationsFolder: string }> {
  const migrationsFolder = await mkdtemp(join(tmpdir(), 'holdfast-migrations-'));
  await cp(landed, migrationsFolder, { recursive: true });
  const file = join(migrationsFolder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(file, 'utf8'));
  const { idx, when } = journal.entries.at(-1);
  const tag = `${idx + 1}_later`;
  journal.entries.push({ idx: idx + 1, version: '7', when: when + 1, tag, breakpoints: true });
  await writeFile(file, JSON.stringify(journal));
  await writeFile(join(migrationsFolder, `${tag}.sql`), addition);
  return { migrationsFolder, [Symbol.asyncDispose]: () => rm(migrationsFolder, { recursive: true }) };
}

test('a later version migrates the tables during sales and a long read', async () => {
  await using database = await createTestDatabase();
  await using later = await laterMigrations();
  await using node = await startNode({ env: { DATABASE_URL: database.url } });
  const sale = await offer(node, { seats });
  await using rush = new Rush({ graphqlUrl: () => node.graphqlUrl, sale, buyers: 8, bookEvery: 3, pauseMs: 50 });
  await waitFor(() => rush.booked.size > 20, { ...soon, what: 'sales' });

  const { telemetry, said } = recordTelemetry();
  const nextVersion = await openPostgres({ url: database.url, poolSize: 1, telemetry }, later);
  try {
    let isMigrated = false;
    const from = performance.now();
    // Like `holdfast verify` on a large database: it locks no row, but blocks changes of tables.
    const migrating = await onServer(database.url, (sql) =>
      sql.begin(async (reading) => {
        await reading`select count(*) from reservations, seats where false`;
        const migration = nextVersion.migrate().then(() => {
          isMigrated = true;
        });
        const { size } = rush.reserved;
        await waitFor(() => performance.now() - from > 8_000, {
          ...soon,
          what: 'the migration to step back, more than once',
        });
        expect(isMigrated).toBe(false);
        expect(rush.reserved.size).toBeGreaterThan(size);
        return { migration };
      }),
    );
    await migrating.migration;
    const waits =
      /^migrating waits until a table is free, and tries again for 120 s: .+ process \d+ \(of the role postgres/;
    expect(said('store:warned')).toEqual([[expect.stringMatching(waits)]]);
    const { size } = rush.reserved;
    await waitFor(() => rush.reserved.size > size + 100, { ...soon, what: 'sales to go on' });
    await rush.stop();
    const gapMs = longestGapMs(rush.between(from, Number.POSITIVE_INFINITY));
    print(
      `migrated under load: longest pause ${Math.round(gapMs)} ms, answers ${JSON.stringify(countKinds(rush.answers))}`,
    );
    expect(gapMs).toBeLessThan(interruptedMs);
  } finally {
    await nextVersion[Symbol.asyncDispose]();
  }
  await expectNothingLost(rush, sale, { graphqlUrl: node.graphqlUrl, databaseUrl: database.url });

  // A node of this version starts on the tables of a later one, as after a rollback.
  await using another = await startNode({ env: { DATABASE_URL: database.url } });
  reservationIn(await (await newBuyer()).reserve(another, sale, [seats - 1]));
});
