import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { ConsumerBacklog } from '../domain/change.ts';
import type { Session } from './engine/database.ts';
import { milliseconds } from './rules.ts';
import { consumerCursors } from './tables.ts';

// Plain SQL where a statement inserts what it selects, or aggregates over lateral sub-queries, which Drizzle's builder makes longer and
// no clearer.

/** Where a consumer of the change log begins: with all changes that are still there, or with those after its first registration. */
export type ConsumerStart = 'beginning' | 'now';

/** Registers a consumer: from then on the log keeps what the consumer has yet to read. Any number of nodes may register it. */
export async function registerConsumer(session: Session, name: string, start: ConsumerStart): Promise<void> {
  // In one statement, so that a node that dies leaves all of it or nothing.
  await session.rows(sql`
    with registered as (
      insert into consumers (name) values (${name}) on conflict do nothing returning name
    )
    insert into consumer_cursors (event_id, consumer, revision, available_at)
    select event_heads.event_id, registered.name, event_heads.revision, statement_timestamp()
    from registered, event_heads
    where ${start === 'now'}::boolean`);
}

/** The heads of all events with the cursors of one consumer, whose columns are null where it has none. */
const cursorsOf = (consumer: SQL | string): SQL => sql`
  event_heads
  left join consumer_cursors on consumer_cursors.event_id = event_heads.event_id and consumer_cursors.consumer = ${consumer}`;

const isBehind: SQL = sql`event_heads.revision > coalesce(consumer_cursors.revision, 0)`;

export interface DueEvents {
  /** In random order, so that nodes begin with different events, and none is always the last. */
  readonly eventIds: readonly string[];
  /** Time until the next event is due of those that are leased or postponed; null if there is none. */
  readonly nextInMs: number | null;
  /** Of the store: changes with every commit. */
  readonly snapshot: string;
}

export interface DueEventsQuery {
  readonly limit: number;
  /** An earlier answer's `snapshot`: if nothing was committed since, nothing is searched and no event is returned. */
  readonly since: string | null;
}

/** Events with changes that the consumer has yet to read, and on which no node works. */
export async function findDueEvents(
  session: Session,
  consumer: string,
  { limit, since }: DueEventsQuery,
): Promise<DueEvents> {
  const [due] = await session.rows<DueEvents>(sql`
    with behind as materialized (
      select event_heads.event_id, coalesce(consumer_cursors.available_at, '-infinity') as available_at
      from ${cursorsOf(consumer)}
      where ${isBehind} and pg_current_snapshot()::text is distinct from ${since}
    )
    select
      array(
        select event_id::text from behind where available_at <= statement_timestamp() order by random() limit ${limit}::int
      ) as "eventIds",
      (
        select (extract(epoch from min(available_at) - statement_timestamp()) * 1000)::float8
        from behind where available_at > statement_timestamp()
      ) as "nextInMs",
      pg_current_snapshot()::text as snapshot`);
  if (due === undefined) throw new Error('the statement returned no row');
  return due;
}

/** The cursor of a consumer for an event, and the worker that has the lease. */
export interface CursorKey {
  readonly eventId: string;
  readonly consumer: string;
  readonly worker: string;
}

export interface Cursor {
  /** Revision of the last change that was handled. */
  readonly revision: number;
  /** Failed attempts since the last success. */
  readonly attempts: number;
}

/** Takes a lease of the event; null if another worker has one, or if the event was postponed. */
export async function takeCursor(
  session: Session,
  { eventId, consumer, worker }: CursorKey,
  leaseMs: number,
): Promise<Cursor | null> {
  const { attempts, availableAt, revision } = consumerCursors;
  const lease = { worker, availableAt: sql`statement_timestamp() + ${milliseconds(leaseMs)}` };
  const [cursor] = await session.query((orm) =>
    orm
      .insert(consumerCursors)
      .values({ eventId, consumer, revision: 0, ...lease })
      .onConflictDoUpdate({
        target: [consumerCursors.eventId, consumerCursors.consumer],
        set: lease,
        setWhere: sql`${availableAt} <= statement_timestamp()`,
      })
      .returning({ revision, attempts }),
  );
  return cursor ?? null;
}

export interface CursorUpdate extends Cursor {
  readonly from: number;
  /** Whether the worker keeps the lease. */
  readonly keeps: boolean;
  /** How long from now the lease lasts, or, without one, how long nobody may take the event. */
  readonly forMs: number;
}

/** Returns false, and writes nothing, if another worker has taken the event. */
export async function updateCursor(
  session: Session,
  { eventId, consumer, worker }: CursorKey,
  { from, revision, attempts, keeps, forMs }: CursorUpdate,
): Promise<boolean> {
  const updated = await session.query((orm) =>
    orm
      .update(consumerCursors)
      .set({
        ...{ revision, attempts, worker: keeps ? worker : null },
        availableAt: sql`statement_timestamp() + ${milliseconds(forMs)}`,
      })
      .where(
        and(
          eq(consumerCursors.eventId, eventId),
          eq(consumerCursors.consumer, consumer),
          eq(consumerCursors.worker, worker),
          eq(consumerCursors.revision, from),
        ),
      )
      .returning({ revision: consumerCursors.revision }),
  );
  return updated.length > 0;
}

/** The backlogs of all registered consumers. */
export function readBacklogs(session: Session): Promise<ConsumerBacklog[]> {
  return session.rows<ConsumerBacklog>(sql`
    select consumers.name as consumer, backlog.*
    from consumers
    cross join lateral (
      select
        coalesce(sum(event_heads.revision - coalesce(consumer_cursors.revision, 0)), 0)::float8 as changes,
        coalesce(max(extract(epoch from statement_timestamp() - oldest.at) * 1000), 0)::float8 as "oldestMs",
        (count(*) filter (where consumer_cursors.attempts > 0))::int as "failingEvents"
      from ${cursorsOf(sql`consumers.name`)}
      left join lateral (
        select at from event_changes
        where event_changes.event_id = event_heads.event_id
          and event_changes.revision > coalesce(consumer_cursors.revision, 0)
        order by event_changes.revision
        limit 1
      ) as oldest on true
      where ${isBehind}
    ) as backlog
    order by consumers.name`);
}

/** The last revision of the event that every consumer has handled; null if there are no consumers. */
export const handledByAll = (eventId: SQL): SQL => sql`(
  select min(coalesce(consumer_cursors.revision, 0))
  from consumers
  left join consumer_cursors on consumer_cursors.event_id = ${eventId} and consumer_cursors.consumer = consumers.name)`;
