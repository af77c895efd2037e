import { sql } from 'drizzle-orm';
import type { Session } from '../../src/store/engine/database.ts';

/** Appends changes that change no seat to the event's log, in one statement. */
export async function logChanges(session: Session, eventId: string, count: number): Promise<void> {
  await session.rows(sql`
    with head as (
      update event_heads set revision = revision + ${count}::int where event_id = ${eventId}::uuid returning revision
    )
    insert into event_changes (event_id, revision, at, change)
    select ${eventId}::uuid, nth, statement_timestamp(),
      '{"version": 1, "facts": [{"kind": "sales-status-changed", "actor": "olga", "salesStatus": "ON_SALE"}]}'
    from head, generate_series(revision - ${count}::int + 1, revision) as nth`);
}

export async function readHeads(session: Session): Promise<Map<string, number>> {
  const heads = await session.rows<{ id: string; revision: number }>(sql`
    select event_id as id, revision from event_heads`);
  return new Map(heads.map(({ id, revision }) => [id, revision]));
}
