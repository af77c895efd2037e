import { and, asc, count, eq, ne, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Layout, LayoutCategory, LayoutSeat } from '../../domain/layout.ts';
import type { ListPart } from '../../domain/list-part.ts';
import type { CategoryRecord, EventRecord, SalesStatus } from '../../domain/records.ts';
import type { Availability } from '../../domain/seat.ts';
import { changeEvent, changeOf, fact, logChange, loggedChange } from '../change-log.ts';
import type { ChangeWriter, Database, Session } from '../engine/database.ts';
import { eventFields, jsonOf } from '../records.ts';
import { isOver, publicSeatStatus, salesStatusAt, statementNow } from '../rules.ts';
import { assign } from '../statements/columns.ts';
import { eventChanges, eventHeads, events, priceCategories, seats } from '../tables.ts';
import { isInPart, type ListOrder, orderOf } from './list-part.ts';
import { countsOf } from './seats.ts';

export interface NewEvent {
  readonly id: string;
  readonly name: string;
  readonly venue: string;
  readonly startsAt: Date;
  readonly timeZone: string;
  readonly currency: string;
  readonly salesStatus: SalesStatus;
  readonly reservationSeconds: number;
  readonly layout: Layout;
  /** Prices of the layout's categories in minor units; null for one that is not on sale, whose seats are blocked. */
  readonly amounts: readonly (number | null)[];
  /** Hash of the whole request. */
  readonly requestDigest: string;
  /** Who creates it, for the change log. */
  readonly actor: string;
}

/** Rows of `seats` in one insert: enough to be fast, and few enough to report progress. */
const SEATS_AT_ONCE = 5_000;

/** Writes an event with all its seats, or nothing. `onProgress` gets the number of seats written so far. */
export async function insertEvent(
  database: Database,
  { actor, layout, amounts, ...event }: NewEvent,
  onProgress: (seatsWritten: number) => void = () => {},
): Promise<void> {
  const { seats: layoutSeats, categories, ...outline } = layout;
  await database.transaction(async ({ query, rows }) => {
    const searched = searchText(`${event.name}\n${event.venue}`);
    await query((orm) => orm.insert(events).values({ ...event, layout: outline, searchText: searched }));
    const priced = categories.map((category, position) => ({
      ...{ eventId: event.id, position, ...category },
      amount: amounts[position] ?? null,
    }));
    await query((orm) => orm.insert(priceCategories).values(priced));
    const isBlocked = ({ category }: LayoutSeat) => amounts[category] == null;
    await query((orm) => orm.insert(eventHeads).values({ eventId: event.id, revision: 1 }));
    const blockedSeatIndexes = layoutSeats.flatMap((seat, index) => (isBlocked(seat) ? [index] : []));
    const change = changeOf({ kind: 'event-created', actor, blockedSeatIndexes });
    await query((orm) => orm.insert(eventChanges).values({ eventId: event.id, revision: 1, at: statementNow, change }));
    for (let first = 0; first < layoutSeats.length; first += SEATS_AT_ONCE) {
      const some = layoutSeats.slice(first, first + SEATS_AT_ONCE);
      const column = <Value>(of: (seat: Layout['seats'][number]) => Value) => sql.param(some.map(of));
      await rows(sql`
        insert into seats (event_id, index, guid, number, x, y, radius, category, accessible, status)
        select ${event.id}::uuid, ${first}::int + position - 1, guid, number, x, y, radius, category, accessible::bool,
          status::seat_status
        from unnest(
          ${column((seat) => seat.guid)}::text[],
          ${column((seat) => seat.number)}::text[],
          ${column((seat) => seat.x)}::float8[],
          ${column((seat) => seat.y)}::float8[],
          ${column((seat) => seat.radius)}::float8[],
          ${column((seat) => seat.category)}::int[],
          ${column((seat) => Number(seat.accessible))}::int[],
          ${column((seat) => (isBlocked(seat) ? 'BLOCKED' : 'AVAILABLE'))}::text[]
        ) with ordinality as seat(guid, number, x, y, radius, category, accessible, status, position)`);
      onProgress(first + some.length);
    }
  });
}

/** Whether the event exists and was created by a request with this digest. */
export async function wasAskedFor(session: Session, id: string, requestDigest: string): Promise<boolean> {
  const found = await session.query((orm) =>
    orm
      .select({ id: events.id })
      .from(events)
      .where(and(eq(events.id, id), eq(events.requestDigest, requestDigest))),
  );
  return found.length > 0;
}

/** In no particular order, without those that do not exist. */
export function findEvents(session: Session, ids: readonly string[]): Promise<EventRecord[]> {
  return session.query((orm) =>
    orm
      .select(eventFields)
      .from(events)
      .where(sql`${events.id} = any(${sql.param(ids)}::uuid[])`),
  );
}

export interface EventPosition {
  readonly startsAtMs: number;
  readonly id: string;
}

export interface EventFilter {
  /** Text in the name or the venue. Empty for any. */
  readonly search: string;
  /** Null for those that have not begun. */
  readonly from: Date | null;
  readonly to: Date | null;
  /** Null for any. */
  readonly salesStatus: readonly SalesStatus[] | null;
}

export interface EventPage extends ListPart<EventPosition> {
  readonly filter: EventFilter;
  readonly drafts: boolean;
  /** Whether seats are counted, and of which events not. Null for none. */
  readonly counts: { readonly without: readonly string[] } | null;
}

export interface ListedEvent {
  readonly event: EventRecord;
  /** Null where it was not to be counted. */
  readonly availability: Availability | null;
}

const soonestFirst: ListOrder<EventPosition> = {
  columns: [events.startsAt, events.id],
  descending: false,
  valuesAt: ({ startsAtMs, id }) => [timestamp(startsAtMs), sql`${id}::uuid`],
};

/** Events in the order of their start. */
export async function listEvents(session: Session, page: EventPage): Promise<ListedEvent[]> {
  const published = page.drafts ? undefined : ne(events.salesStatus, 'DRAFT');
  const availability = sql<Availability | null>`${page.counts === null ? sql`null` : countsUnless(page.counts.without)}`;
  const rows = await session.query((orm) =>
    orm
      .select({ ...eventFields, availability })
      .from(events)
      .where(and(isInPart(page, soonestFirst), fits(page.filter), published))
      .orderBy(...orderOf(page, soonestFirst))
      .limit(page.limit),
  );
  return rows.map(({ availability, ...event }) => ({ event, availability }));
}

/** The seats of the row of `events`, counted by status, as JSON; Postgres counts for the rows within the limit only. */
function countsUnless(without: readonly string[]): SQL {
  return sql`case when ${events.id} <> all(${sql.param(without)}::uuid[]) then (
    select ${jsonOf(countsOf(sql`seen.status`))}
    from (select ${publicSeatStatus(statementNow)} as status from ${seats} where ${seats.eventId} = ${events.id}) as seen
  ) end`;
}

/** Not passed as text: RFC 3339 has a year 0, Postgres does not. */
function timestamp(ms: number): SQL {
  return sql`to_timestamp(${ms}::float8 / 1000)`;
}

function fits({ search, from, to, salesStatus }: EventFilter): SQL | undefined {
  return and(
    from === null ? sql`not ${isOver(statementNow)}` : sql`${events.startsAt} >= ${timestamp(from.getTime())}`,
    to === null ? undefined : sql`${events.startsAt} <= ${timestamp(to.getTime())}`,
    search === '' ? undefined : sql`strpos(${events.searchText}, ${searchText(search)}) > 0`,
    salesStatus === null ? undefined : sql`${salesStatusAt(statementNow)} = any(${sql.param(salesStatus)}::text[])`,
  );
}

/** Returns the changed event; null when there is none. */
export async function updateSalesStatus(
  database: ChangeWriter,
  id: string,
  salesStatus: SalesStatus,
  actor: string,
): Promise<EventRecord | null> {
  const [ofEvent, newStatus] = [sql`${id}::uuid`, sql`${salesStatus}::sales_status`];
  const change = fact('sales-status-changed', { actor: sql`${actor}::text`, salesStatus: sql`${salesStatus}::text` });
  const [row] = await changeEvent<{ readonly event: EventRecord }>(
    database,
    id,
    sql`
    with
      before as materialized (
        select ${events.salesStatus} <> ${newStatus} as differs from ${events} where ${events.id} = ${ofEvent}
      ),
      changed as (
        update ${events} set ${assign(events, { salesStatus: newStatus })} where ${events.id} = ${ofEvent}
        returning ${events}.*
      ),
      ${logChange(ofEvent, statementNow, sql`(select json_agg(${change}) from before where before.differs)`)}
    select ${jsonOf(eventFields)} as event, ${loggedChange} as logged from changed as events`,
  );
  return row?.event ?? null;
}

/** Price categories of the events, in the order of each event's plan. */
export function readCategories(
  session: Session,
  eventIds: readonly string[],
): Promise<(CategoryRecord & { readonly eventId: string })[]> {
  const { eventId, position, name, color, amount } = priceCategories;
  return session.query((orm) =>
    orm
      .select({ eventId, position, name, color, amount })
      .from(priceCategories)
      .where(sql`${eventId} = any(${sql.param(eventIds)}::uuid[])`)
      .orderBy(asc(position)),
  );
}

export async function countEvents(session: Session): Promise<number> {
  const [row] = await session.query((orm) => orm.select({ events: count() }).from(events));
  return row?.events ?? 0;
}

/** An event's layout with the prices of its categories, in minor units of the currency. */
export interface PricedLayout extends Layout {
  readonly currency: string;
  readonly amounts: readonly (number | null)[];
}

interface LayoutRowOfStore {
  readonly layout: Omit<Layout, 'categories' | 'seats'>;
  readonly currency: string;
  readonly categories: readonly (LayoutCategory & { readonly amount: number | null })[] | null;
  /** Columns of its seats, each in plan order: parsed many times as fast as rows. Null where it has none. */
  readonly seats: { readonly [Name in keyof LayoutSeat]: readonly LayoutSeat[Name][] | null };
}

/** Null when there is no such event. */
export async function loadLayout(session: Session, eventId: string): Promise<PricedLayout | null> {
  const { guid, number, x, y, radius, category, accessible } = seats;
  const inOrder = (column: SQLWrapper) => sql`json_agg(${column} order by ${seats.index})`;
  const columns = { guid, number, x, y, radius, category, accessible };
  const seatColumns = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, inOrder(column)]));
  const { name, color, amount, position } = priceCategories;
  const [row] = await session.rows<LayoutRowOfStore>(sql`
    select ${events.layout} as layout, ${events.currency} as currency,
      (
        select json_agg(${jsonOf({ name, color, amount })} order by ${position})
        from ${priceCategories} where ${priceCategories.eventId} = ${eventId}::uuid
      ) as categories,
      (select ${jsonOf(seatColumns)} from ${seats} where ${seats.eventId} = ${eventId}::uuid) as seats
    from ${events} where ${events.id} = ${eventId}::uuid`);
  if (row === undefined) return null;
  const categories = row.categories ?? [];
  return {
    ...row.layout,
    categories: categories.map(({ name, color }) => ({ name, color })),
    seats: seatsIn(row.seats),
    currency: row.currency,
    amounts: categories.map(({ amount }) => amount),
  };
}

function seatsIn({ guid, number, x, y, radius, category, accessible }: LayoutRowOfStore['seats']): LayoutSeat[] {
  return (guid ?? []).map((guid, index) => ({
    guid,
    number: number?.[index] ?? '',
    x: x?.[index] ?? 0,
    y: y?.[index] ?? 0,
    radius: radius?.[index] ?? 0,
    category: category?.[index] ?? 0,
    accessible: accessible?.[index] ?? false,
  }));
}

/** Folds case and accents: 'ÉCOLE', 'école' and 'Ecole' become the same. In capitals, because those also fold 'ß' with 'ss' and 'ς' with 'σ'. */
function searchText(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toUpperCase();
}
