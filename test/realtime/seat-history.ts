import { sql } from 'drizzle-orm';
import type { SeatStatus } from '../../src/domain/seat.ts';
import type { Database } from '../../src/store/engine/database.ts';
import type { MapReader, Told } from './map-reader.ts';

interface Write {
  readonly index: number;
  readonly status: SeatStatus;
  /** Null unless RESERVED. */
  readonly expiresAtMs: number | null;
  /** Milliseconds since 1970, not later than the commit. */
  readonly writtenAtMs: number;
}

/** A public status, and the time from which it may be shown. */
interface Shown {
  readonly status: SeatStatus;
  readonly fromMs: number;
}

/** Makes the store record every write of a seat. To be called before the first one. */
export async function recordSeatHistory(database: Database): Promise<void> {
  await database.rows(sql`
    create table seat_history as
    select event_id, index, status, expires_at, clock_timestamp() as written_at from seats limit 0`);
  await database.rows(sql`alter table seat_history add column nth bigserial`);
  await database.rows(sql`
    create function record_seat() returns trigger language plpgsql as $$ begin
      insert into seat_history values (new.event_id, new.index, new.status, new.expires_at, clock_timestamp());
      return null;
    end $$`);
  await database.rows(sql`
    create trigger record_seat after update on seats for each row execute function record_seat()`);
}

/** Oracle for readers' messages: all public statuses of each seat in order, including lapses. */
export class SeatHistory {
  readonly #shown = new Map<number, Shown[]>();

  private constructor(writes: readonly Write[]) {
    for (const { index, status, expiresAtMs, writtenAtMs } of writes) {
      const shown = this.#shown.get(index) ?? [{ status: 'AVAILABLE', fromMs: 0 }];
      this.#shown.set(index, shown);
      // A write before the lapse replaces it.
      if ((shown.at(-1)?.fromMs ?? 0) > writtenAtMs) shown.pop();
      shown.push({ status, fromMs: writtenAtMs });
      if (expiresAtMs !== null) shown.push({ status: 'AVAILABLE', fromMs: expiresAtMs });
    }
  }

  static async of(database: Database, eventId: string): Promise<SeatHistory> {
    return new SeatHistory(
      await database.rows<Write>(sql`
        select
          index, status,
          extract(epoch from expires_at)::float8 * 1000 as "expiresAtMs",
          extract(epoch from written_at)::float8 * 1000 as "writtenAtMs"
        from seat_history where event_id = ${eventId}::uuid order by index, nth`),
    );
  }

  /** Received statuses that a seat did not have, or only later, or only before the last one. */
  lies({ told }: Pick<MapReader, 'told'>): string[] {
    const at = new Map<number, number>();
    return told.flatMap((one) => {
      const shown = this.#shown.get(one.index) ?? [];
      const found = shown.findIndex((state, nth) => nth >= (at.get(one.index) ?? 0) && wasTold(state, one));
      if (found === -1) return [`${JSON.stringify(one)} of ${JSON.stringify(shown)}`];
      at.set(one.index, found);
      return [];
    });
  }
}

/** The store's times are in microseconds, and this machine's clock in whole milliseconds. */
function wasTold({ status, fromMs }: Shown, told: Told): boolean {
  return status === told.status && Math.floor(fromMs) <= told.atMs;
}
