import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/store/engine/postgres.ts';
import { createDatabase, onServer } from '../support/create-database.ts';
import { testDatabase } from '../support/database.ts';
import { recordTelemetry } from '../telemetry/recorder.ts';

const landed = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Up to the one with this number. */
async function migrationsUpTo(last: number): Promise<AsyncDisposable & { readonly migrationsFolder: string }> {
  const migrationsFolder = await mkdtemp(join(tmpdir(), 'holdfast-migrations-'));
  await cp(landed, migrationsFolder, { recursive: true });
  const file = join(migrationsFolder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(file, 'utf8'));
  journal.entries = journal.entries.slice(0, last + 1);
  await writeFile(file, JSON.stringify(journal));
  return { migrationsFolder, [Symbol.asyncDispose]: () => rm(migrationsFolder, { recursive: true }) };
}

const uuid = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;

/** A free booking, one whose money was taken, and one whose money is to be taken. */
const bookings = `
  insert into events (id, name, venue, starts_at, currency, reservation_seconds, drawing)
    values ('${uuid(0)}', 'Hamlet', 'Globe', now(), 'EUR', 600, '{}');
  insert into price_categories (event_id, position, name, amount) values ('${uuid(0)}', 0, 'Stalls', 0), ('${uuid(0)}', 1, 'Balcony', 2000);
  insert into seats (event_id, index, category, guid, number, x, y, accessible)
    select '${uuid(0)}', index, least(index, 1), 'seat ' || index, index, 0, 0, false from generate_series(0, 2) as index;
  insert into reservations (event_id, id, viewer_id, status, seat_indexes, requested_seat_indexes, total_amount, created_at, expires_at)
    select '${uuid(0)}', ('00000000-0000-4000-8000-10000000000' || index)::uuid, 'ann', 'CONFIRMED', array[index], array[index],
      case when index = 0 then 0 else 2000 end, now(), now() + interval '1 minute' from generate_series(0, 2) as index;
  insert into bookings (event_id, id, reservation_id, viewer_id, reference, total_amount, booked_at, payment_authorization, payment_captured_at)
    values ('${uuid(0)}', '${uuid(1)}', '00000000-0000-4000-8000-100000000000', 'ann', 'FREE', 0, now(), '', now()),
      ('${uuid(0)}', '${uuid(2)}', '00000000-0000-4000-8000-100000000001', 'ann', 'DONE', 2000, now(), 'test_authorization_a', now()),
      ('${uuid(0)}', '${uuid(3)}', '00000000-0000-4000-8000-100000000002', 'ann', 'OPEN', 2000, now(), 'test_authorization_b', null);
  insert into booked_seats (event_id, booking_id, seat_index)
    select '${uuid(0)}', ('00000000-0000-4000-8000-00000000000' || index + 1)::uuid, index from generate_series(0, 2) as index;`;

test('bookings of the version before get payments, and their seats what they were sold for', async () => {
  const { url } = await testDatabase();
  const ownUrl = await createDatabase(url);
  await using before = await migrationsUpTo(13);
  await using now = await migrationsUpTo(99);
  const { telemetry } = recordTelemetry();
  await using old = await openPostgres({ url: ownUrl, poolSize: 1, telemetry }, before);
  await old.migrate();
  await onServer(ownUrl, (connection) => connection.unsafe(bookings));
  await using engine = await openPostgres({ url: ownUrl, poolSize: 1, telemetry }, now);
  expect(await engine.migrate()).toContain('0014_keep_payments');
  const [connection] = engine.writes;
  const paid = await connection?.rows(sql`
    select bookings.reference, payments.state, payments.amount::int, payments.due_at is not null as "isDue",
      payments.provider_reference as "providerReference"
    from bookings left join payments on payments.event_id = bookings.event_id and payments.id = bookings.payment_id
    order by bookings.reference`);
  const reference = (digit: number) => `test_${uuid(digit)}_${uuid(0)}_2000`;
  expect(paid).toEqual([
    { reference: 'DONE', state: 'CAPTURED', amount: 2_000, isDue: false, providerReference: reference(2) },
    { reference: 'FREE', state: null, amount: null, isDue: false, providerReference: null },
    { reference: 'OPEN', state: 'AUTHORIZED', amount: 2_000, isDue: true, providerReference: reference(3) },
  ]);
  const seats = await connection?.rows(sql`select amount::int from booked_seats order by seat_index`);
  expect(seats).toEqual([{ amount: 0 }, { amount: 2_000 }, { amount: 2_000 }]);
});
