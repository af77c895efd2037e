import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EventChange } from '../domain/change.ts';
import type { LayoutWithoutSeats } from '../domain/layout.ts';

/** With millisecond precision, so that clients get the stored deadline and not a rounded one. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Minor units, up to 2^53 - 1. */
const amount = (name: string) => bigint(name, { mode: 'number' });

export const salesStatus = pgEnum('sales_status', ['DRAFT', 'ON_SALE', 'PAUSED', 'CLOSED']);
export const seatStatus = pgEnum('seat_status', ['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED']);
export const reservationStatus = pgEnum('reservation_status', ['ACTIVE', 'CONFIRMED', 'CANCELLED', 'EXPIRED']);
export const bookingStatus = pgEnum('booking_status', ['CONFIRMED', 'CANCELLED']);
export const paymentState = pgEnum('payment_state', [
  'AUTHORIZING',
  'ACTION_REQUIRED',
  'AUTHORIZED',
  'CAPTURED',
  'VOIDED',
  'FAILED',
  'PARTLY_REFUNDED',
  'REFUNDED',
]);

export const events = pgTable(
  'events',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    venue: text().notNull(),
    /** Name and venue with case and accents folded. Done here because databases differ in how they fold. */
    searchText: text('search_text').notNull().default(''),
    startsAt: moment('starts_at').notNull(),
    /** Of the venue, an IANA name. */
    timeZone: text('time_zone').notNull().default('UTC'),
    currency: text().notNull(),
    salesStatus: salesStatus('sales_status').notNull().default('DRAFT'),
    reservationSeconds: integer('reservation_seconds').notNull(),
    /** The layout without its categories and seats, which are rows. */
    layout: jsonb('drawing').$type<Omit<LayoutWithoutSeats, 'categories'>>().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    /** Hash of the whole request: a retry with the same idempotency key, which gives the same id, must have the same contents. */
    requestDigest: text('request_digest'),
  },
  (table) => [
    index('events_by_start').on(table.startsAt, table.id),
    check('events_reservation_seconds', sql`${table.reservationSeconds} between 1 and 86400`),
  ],
);

/**
 * The number of an event's last change. Every write of an event locks this row first, so that its changes are numbered in the order of
 * their commits. The fillfactor (see the migrations) leaves room for HOT updates.
 */
export const eventHeads = pgTable(
  'event_heads',
  {
    eventId: uuid('event_id')
      .primaryKey()
      .references(() => events.id),
    /** 0 before the first change. */
    revision: integer().notNull().default(0),
  },
  (table) => [check('event_heads_revision', sql`${table.revision} >= 0`)],
);

/** The change log: one row for each write of an event, with revisions without gaps. */
export const eventChanges = pgTable(
  'event_changes',
  {
    /** No foreign key: it would lock the event's row at every write. */
    eventId: uuid('event_id').notNull(),
    /** From 1. */
    revision: integer().notNull(),
    at: moment('at').notNull(),
    change: jsonb().$type<EventChange>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.revision] })],
);

/** Durable consumers of the change log. Housekeeping keeps what they have yet to read. */
export const consumers = pgTable('consumers', { name: text().primaryKey() });

/**
 * How far each consumer has read an event's log, and which node works on it. Without a row nothing was read yet. The fillfactor (see the
 * migrations) leaves room for HOT updates.
 */
export const consumerCursors = pgTable(
  'consumer_cursors',
  {
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
    consumer: text()
      .notNull()
      .references(() => consumers.name, { onDelete: 'cascade' }),
    /** Revision of the last change that was handled; 0 before the first. */
    revision: integer().notNull(),
    /** The worker that has the lease, if any. */
    worker: uuid(),
    /** When another worker may take the event: when the lease ends, or when the next attempt is due. */
    availableAt: moment('available_at').notNull(),
    /** Failed attempts since the last success. */
    attempts: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.consumer] }),
    check('consumer_cursors_revision', sql`${table.revision} >= 0`),
  ],
);

export const priceCategories = pgTable(
  'price_categories',
  {
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
    /** Place in the plan's list of categories, from 0. */
    position: smallint().notNull(),
    name: text().notNull(),
    color: text(),
    /** Minor units of the event's currency; null for a category that is not on sale. */
    amount: amount('amount'),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.position] }),
    check('price_categories_amount', sql`${table.amount} >= 0`),
  ],
);

/**
 * The dual-attribute store: a seat is free when `status = 'AVAILABLE' or (status = 'RESERVED' and expires_at <= now())`.
 * There is no index on `status` or `expires_at`, and the fillfactor (see the migrations) leaves room, so that every write is a HOT
 * update. `reservation_id` has no foreign key, which would cost a look-up and a lock for every reserved seat.
 */
export const seats = pgTable(
  'seats',
  {
    eventId: uuid('event_id').notNull(),
    index: integer().notNull(),
    status: seatStatus().notNull().default('AVAILABLE'),
    reservationId: uuid('reservation_id'),
    expiresAt: moment('expires_at'),
    bookingId: uuid('booking_id'),
    /** Only written by nodes of the previous version. The next version drops it. */
    version: integer().notNull().default(0),
    category: smallint().notNull(),
    guid: text().notNull(),
    number: text().notNull(),
    x: doublePrecision().notNull(),
    y: doublePrecision().notNull(),
    radius: doublePrecision().notNull().default(10),
    accessible: boolean().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.index] }),
    foreignKey({
      columns: [table.eventId, table.category],
      foreignColumns: [priceCategories.eventId, priceCategories.position],
    }),
    foreignKey({ columns: [table.eventId, table.bookingId], foreignColumns: [bookings.eventId, bookings.id] }),
    check('seats_index', sql`${table.index} >= 0`),
    check(
      'seats_columns_of_status',
      sql`case ${table.status}
        when 'RESERVED' then ${table.reservationId} is not null and ${table.expiresAt} is not null and ${table.bookingId} is null
        when 'BOOKED' then ${table.reservationId} is null and ${table.expiresAt} is null and ${table.bookingId} is not null
        else ${table.reservationId} is null and ${table.expiresAt} is null and ${table.bookingId} is null
      end`,
    ),
  ],
);

export const reservations = pgTable(
  'reservations',
  {
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
    id: uuid().notNull(),
    viewerId: text('viewer_id').notNull(),
    /** ACTIVE with `expires_at` in the past counts as EXPIRED, although nothing has written it yet. */
    status: reservationStatus().notNull().default('ACTIVE'),
    /** Ascending. The seats it holds while ACTIVE, afterwards those it held last. */
    seatIndexes: integer('seat_indexes').array().notNull(),
    /** Ascending. The requested seats: a retry with the same key must have the same. */
    requestedSeatIndexes: integer('requested_seat_indexes').array().notNull(),
    /** Minor units: the sum of the seats' prices when they were reserved. */
    totalAmount: amount('total_amount').notNull(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    extensionsUsed: smallint('extensions_used').notNull().default(0),
    /** Whether the deadline was moved for a payment, which is done once. */
    paymentFenced: boolean('payment_fenced').notNull().default(false),
    idempotencyKey: text('idempotency_key'),
    /** Only written by nodes of the previous version, instead of `keyed_changes`. The next version drops it. */
    changeKeys: uuid('change_keys').array().notNull().default(sql`'{}'`),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.id] }),
    uniqueIndex('reservations_idempotency_key')
      .on(table.viewerId, table.idempotencyKey, table.eventId)
      .where(sql`${table.idempotencyKey} is not null`),
    index('reservations_of_viewer').on(table.viewerId, table.createdAt, table.id),
    index('reservations_active_of_viewer').on(table.viewerId, table.eventId).where(sql`${table.status} = 'ACTIVE'`),
    // `expires_at is not null` always holds, but keeps the planner from using this index for queries without a deadline, as for a
    // viewer's active reservations.
    index('reservations_deadlines')
      .on(table.expiresAt, table.eventId)
      .where(sql`${table.status} = 'ACTIVE' and ${table.expiresAt} is not null`),
    index('reservations_ended').on(table.expiresAt).where(sql`${table.status} in ('CANCELLED', 'EXPIRED')`),
    check('reservations_seats', sql`cardinality(${table.seatIndexes}) > 0`),
    check('reservations_deadline', sql`${table.expiresAt} > ${table.createdAt}`),
  ],
);

/** Changes of reservations with an idempotency key: at most one for each released seat, and one for each extension. */
export const keyedChanges = pgTable(
  'keyed_changes',
  {
    eventId: uuid('event_id').notNull(),
    reservationId: uuid('reservation_id').notNull(),
    /** Derived from the viewer, the mutation and the key. */
    name: uuid().notNull(),
    /** Derived from all arguments: a retry with the same key must have the same. */
    contents: uuid().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.reservationId, table.name] }),
    uniqueIndex('keyed_changes_name').on(table.name, table.eventId),
    foreignKey({
      name: 'keyed_changes_reservation',
      columns: [table.eventId, table.reservationId],
      foreignColumns: [reservations.eventId, reservations.id],
    }).onDelete('cascade'),
  ],
);

/**
 * Attempts to pay for a reservation, each written before the provider hears of it. The state is what was decided here; while `due_at` is
 * set, the provider has yet to be told or asked.
 */
export const payments = pgTable(
  'payments',
  {
    eventId: uuid('event_id').notNull(),
    /** The provider's idempotency key. */
    id: uuid().notNull(),
    reservationId: uuid('reservation_id').notNull(),
    viewerId: text('viewer_id').notNull(),
    /** 'test' */
    provider: text().notNull(),
    /** The provider's own id; null until it is known. */
    reference: text('provider_reference'),
    amount: amount('amount').notNull(),
    /** ISO 4217. */
    currency: text().notNull(),
    state: paymentState().notNull().default('AUTHORIZING'),
    /** How much of the amount was given back. */
    refunded: amount('refunded').notNull().default(0),
    disputed: boolean().notNull().default(false),
    /** Calls of the provider that failed in a row. */
    attempts: integer().notNull().default(0),
    /** When the settler looks at it next; null once nothing is left to do. */
    dueAt: moment('due_at'),
    /** Kept here until the booking is written. */
    buyerName: text('buyer_name'),
    buyerEmail: text('buyer_email'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.id] }),
    foreignKey({
      name: 'payments_reservation',
      columns: [table.eventId, table.reservationId],
      foreignColumns: [reservations.eventId, reservations.id],
    }).onDelete('cascade'),
    // Does not lead with the event, because Postgres' foreign key checks would then use it instead of the primary key.
    uniqueIndex('payments_one_live')
      .on(table.reservationId, table.eventId)
      .where(sql`${table.state} not in ('VOIDED', 'FAILED', 'REFUNDED')`),
    index('payments_of_reservation').on(table.reservationId, table.eventId),
    index('payments_due').on(table.dueAt).where(sql`${table.dueAt} is not null`),
    check('payments_amount', sql`${table.amount} > 0`),
    check('payments_refunded', sql`${table.refunded} between 0 and ${table.amount}`),
  ],
);

/** What the provider said about payments, as far as it is new: rows are only added. Without a foreign key, like `bookings.payment_id`. */
export const paymentEvents = pgTable(
  'payment_events',
  {
    eventId: uuid('event_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    /** The provider's id of what it told by itself; 'answer captured' for what it answered. */
    providerEventId: text('provider_event_id').notNull(),
    /** The provider's name of what happened, or what it answered: 'captured', 'declined: expired_card'. */
    type: text().notNull(),
    at: moment('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.paymentId, table.providerEventId] })],
);

export const bookings = pgTable(
  'bookings',
  {
    eventId: uuid('event_id').notNull(),
    id: uuid().notNull(),
    reservationId: uuid('reservation_id').notNull(),
    viewerId: text('viewer_id').notNull(),
    /** 'K7QM-3F9A' */
    reference: text().notNull(),
    status: bookingStatus().notNull().default('CONFIRMED'),
    totalAmount: amount('total_amount').notNull(),
    bookedAt: moment('booked_at').notNull(),
    /** Null if there was nothing to pay. Without a foreign key, which would cost a look-up and a lock for every booking. */
    paymentId: uuid('payment_id'),
    /** As the buyer gave them when confirming. */
    buyerName: text('buyer_name'),
    buyerEmail: text('buyer_email'),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.id] }),
    foreignKey({
      columns: [table.eventId, table.reservationId],
      foreignColumns: [reservations.eventId, reservations.id],
    }),
    // Does not lead with the event, because Postgres' foreign key checks would then use it instead of the primary key.
    uniqueIndex('bookings_one_per_reservation').on(table.reservationId, table.eventId),
    // References of other events are checked before one is used. Only two that are drawn at the same moment can both be stored.
    uniqueIndex('bookings_reference').on(table.reference, table.eventId),
    index('bookings_of_viewer').on(table.viewerId, table.bookedAt, table.id),
  ],
);

/** The last line of defence: no seat is in two live bookings, whatever the code above does. */
export const bookedSeats = pgTable(
  'booked_seats',
  {
    eventId: uuid('event_id').notNull(),
    bookingId: uuid('booking_id').notNull(),
    seatIndex: integer('seat_index').notNull(),
    /** What it was sold for, in minor units. */
    amount: amount('amount').notNull(),
    /** Set when the booking is cancelled. Then another one may have the seat. */
    releasedAt: moment('released_at'),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.bookingId, table.seatIndex] }),
    foreignKey({ columns: [table.eventId, table.bookingId], foreignColumns: [bookings.eventId, bookings.id] }),
    foreignKey({ columns: [table.eventId, table.seatIndex], foreignColumns: [seats.eventId, seats.index] }),
    uniqueIndex('booked_seats_once').on(table.eventId, table.seatIndex).where(sql`${table.releasedAt} is null`),
  ],
);
