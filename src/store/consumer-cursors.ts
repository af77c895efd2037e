import { type SQL, sql } from 'drizzle-orm';
import type { ConsumerBacklog } from '../domain/change.ts';
import type { Session } from './engine/database.ts';
import { milliseconds } from './rules.ts';

/** Where a consumer of the change log begins: with all that is there, or with what comes after it is first registered. */
export type ConsumerStart = 'beginning' | 'now';

/** From its first registration on, the log keeps what the consumer has yet to read. Any number of nodes may register it. */
export async function registerConsumer(session: Session, name: string, start: ConsumerStart): Promise<void> {
  // In one statement: a node that dies meanwhile leaves all of it or nothing.
  await session.rows(sql`
    with registered as (
      insert into consumers (name) values (${name}) on conflict do nothing returning name
    )
    insert into consumer_cursors (event_id, consumer, revision, available_at)
    select event_heads.event_id, registered.name, event_heads.revision, statement_timestamp()
    from registered, event_heads
    where ${start === 'now'}::boolean`);
}

/** The cursors of one consumer beside the heads of all events: null where it has none. */
const cursorsOf = (consumer: SQL | string): SQL => sql`
  event_heads
  left join consumer_cursors on consumer_cursors.event_id = event_heads.event_id and consumer_cursors.consumer = ${consumer}`;

const isBehind: SQL = sql`event_heads.revision > coalesce(consumer_cursors.revision, 0)`;

export interface DueEvents {
  /** In a random order: nodes begin with different ones, and none is always the last. */
  readonly eventIds: readonly string[];
  /** Until the next one is due of those that are leased or put off; null if there is none. */
  readonly nextInMs: number | null;
  /** Changes with every commit. */
  readonly snapshot: string;
}

export interface DueEventsQuery {
  readonly most: number;
  /** While nothing has been committed since that one, nothing is looked at, and nothing is found. */
  readonly since: string | null;
}

/** Events of which the consumer has something to read, and at which nobody works. */
export async function findDueEvents(
  session: Session,
  consumer: string,
  { most, since }: DueEventsQuery,
): Promise<DueEvents> {
  const [due] = await session.rows<DueEvents>(sql`
    with behind as materialized (
      select event_heads.event_id, coalesce(consumer_cursors.available_at, '-infinity') as available_at
      from ${cursorsOf(consumer)}
      where ${isBehind} and pg_current_snapshot()::text is distinct from ${since}
    )
    select
      array(
        select event_id::text from behind where available_at <= statement_timestamp() order by random() limit ${most}::int
      ) as "eventIds",
      (
        select (extract(epoch from min(available_at) - statement_timestamp()) * 1000)::float8
        from behind where available_at > statement_timestamp()
      ) as "nextInMs",
      pg_current_snapshot()::text as snapshot`);
  if (due === undefined) throw new Error('one row was asked for');
  return due;
}

/** Whose cursor it is, and who works at it. */
export interface CursorKey {
  readonly eventId: string;
  readonly consumer: string;
  readonly worker: string;
}

export interface Cursor {
  /** Of the last change that was handled. */
  readonly revision: number;
  /** That have failed since the last success. */
  readonly attempts: number;
}

/** Takes a lease of the event; null if somebody else has one, or if the event was put off. */
export async function takeCursor(
  session: Session,
  { eventId, consumer, worker }: CursorKey,
  leaseMs: number,
): Promise<Cursor | null> {
  const [cursor] = await session.rows<Cursor>(sql`
    insert into consumer_cursors (event_id, consumer, revision, worker, available_at)
    values (${eventId}::uuid, ${consumer}, 0, ${worker}::uuid, statement_timestamp() + ${milliseconds(leaseMs)})
    on conflict (event_id, consumer) do update
      set worker = excluded.worker, available_at = excluded.available_at
      where consumer_cursors.available_at <= statement_timestamp()
    returning revision, attempts`);
  return cursor ?? null;
}

export interface CursorUpdate extends Cursor {
  readonly from: number;
  /** Whether the lease goes on. */
  readonly keeps: boolean;
  /** For how much longer, or else before when nobody takes the event. */
  readonly forMs: number;
}

/** False if somebody else has taken the event meanwhile: then nothing was written. */
export async function updateCursor(
  session: Session,
  { eventId, consumer, worker }: CursorKey,
  { from, revision, attempts, keeps, forMs }: CursorUpdate,
): Promise<boolean> {
  const updated = await session.rows(sql`
    update consumer_cursors
    set revision = ${revision}::int, attempts = ${attempts}::int, worker = ${keeps ? worker : null}::uuid,
      available_at = statement_timestamp() + ${milliseconds(forMs)}
    where event_id = ${eventId}::uuid and consumer = ${consumer} and worker = ${worker}::uuid and revision = ${from}::int
    returning revision`);
  return updated.length > 0;
}

/** Of all consumers that were ever registered. */
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

/** The last revision of the event that every consumer has handled; null where there are no consumers. */
export const handledByAll = (eventId: SQL): SQL => sql`(
  select min(coalesce(consumer_cursors.revision, 0))
  from consumers
  left join consumer_cursors on consumer_cursors.event_id = ${eventId} and consumer_cursors.consumer = consumers.name)`;
