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
import type { Drawing } from '../domain/layout.ts';

/** Moments are kept to the millisecond, so that what a client is told is the deadline itself, not a rounding of it. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Minor units, up to 2^53 - 1. */
const amount = (name: string) => bigint(name, { mode: 'number' });

export const salesStatus = pgEnum('sales_status', ['DRAFT', 'ON_SALE', 'PAUSED', 'CLOSED']);
export const seatStatus = pgEnum('seat_status', ['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED']);
export const reservationStatus = pgEnum('reservation_status', ['ACTIVE', 'CONFIRMED', 'CANCELLED', 'EXPIRED']);
export const bookingStatus = pgEnum('booking_status', ['CONFIRMED', 'CANCELLED']);

export const events = pgTable(
  'events',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    venue: text().notNull(),
    /** The name and the venue without regard to case and accents. Databases differ in what they know of either. */
    searchText: text('search_text').notNull().default(''),
    startsAt: moment('starts_at').notNull(),
    /** IANA's name of the venue's. */
    timeZone: text('time_zone').notNull().default('UTC'),
    currency: text().notNull(),
    salesStatus: salesStatus('sales_status').notNull().default('DRAFT'),
    reservationSeconds: integer('reservation_seconds').notNull(),
    /** The layout but for its categories and seats, which are rows. */
    drawing: jsonb().$type<Omit<Drawing, 'categories'>>().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    /** Of all that was asked for: a retry by the same idempotency key, which makes the same id, must ask for the same. */
    requestDigest: text('request_digest'),
  },
  (table) => [
    index('events_by_start').on(table.startsAt, table.id),
    check('events_reservation_seconds', sql`${table.reservationSeconds} between 1 and 86400`),
  ],
);

/**
 * The number of an event's last change. Every write of an event locks this row first, so that its changes have one order, which is
 * that of their commits. Room is left on the page (see the migrations): every write stays a HOT update.
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

/** All that happened to an event, by revisions without gaps: a row for what is written together. */
export const eventChanges = pgTable(
  'event_changes',
  {
    /** Has no foreign key, which would lock the event's row at every write. */
    eventId: uuid('event_id').notNull(),
    /** From 1. */
    revision: integer().notNull(),
    at: moment('at').notNull(),
    change: jsonb().$type<EventChange>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.revision] })],
);

/** Those that read the change log at their own pace. Housekeeping keeps for them what they have yet to read. */
export const consumers = pgTable('consumers', { name: text().primaryKey() });

/**
 * How far each consumer has come with an event, and which node works at it. No row: nothing was read yet. Room is left on the page
 * (see the migrations): every write stays a HOT update.
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
    /** Of the last change that was handled; 0 before the first. */
    revision: integer().notNull(),
    /** Who has the lease, if anyone has. */
    worker: uuid(),
    /** Before then nobody else takes the event: when the lease ends, or when the next attempt is due. */
    availableAt: moment('available_at').notNull(),
    /** That have failed since the last success. */
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
 * No index on `status` or `expires_at`, and room left on the page (see the migrations): every write stays a HOT update.
 * `reservation_id` has no foreign key, which would cost a look-up and a lock at every reservation of a seat.
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
    /** Written by nodes of the version before only: the next one takes it away. */
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
    /** ACTIVE with `expires_at` in the past is EXPIRED, although nothing has written it yet. */
    status: reservationStatus().notNull().default('ACTIVE'),
    /** Ascending. While ACTIVE the seats it holds, afterwards those it held at the end. */
    seatIndexes: integer('seat_indexes').array().notNull(),
    /** Ascending. What was asked for: a retry by the same key must ask for the same. */
    requestedSeatIndexes: integer('requested_seat_indexes').array().notNull(),
    /** Minor units: the sum of the seats' prices when they were reserved. */
    totalAmount: amount('total_amount').notNull(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    extensionsUsed: smallint('extensions_used').notNull().default(0),
    /** The deadline has been moved once for a payment, and is not moved for another. */
    paymentFenced: boolean('payment_fenced').notNull().default(false),
    idempotencyKey: text('idempotency_key'),
    /** Written by nodes of the version before only, in place of `keyed_changes`: the next one takes it away. */
    changeKeys: uuid('change_keys').array().notNull().default(sql`'{}'`),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.id] }),
    uniqueIndex('reservations_idempotency_key')
      .on(table.viewerId, table.idempotencyKey, table.eventId)
      .where(sql`${table.idempotencyKey} is not null`),
    index('reservations_of_viewer').on(table.viewerId, table.createdAt, table.id),
    index('reservations_active_of_viewer').on(table.viewerId, table.eventId).where(sql`${table.status} = 'ACTIVE'`),
    // That there is a moment is always so; but what asks for none, as how many a viewer has, is not to be looked up by it.
    index('reservations_deadlines')
      .on(table.expiresAt, table.eventId)
      .where(sql`${table.status} = 'ACTIVE' and ${table.expiresAt} is not null`),
    index('reservations_ended').on(table.expiresAt).where(sql`${table.status} in ('CANCELLED', 'EXPIRED')`),
    check('reservations_seats', sql`cardinality(${table.seatIndexes}) > 0`),
    check('reservations_deadline', sql`${table.expiresAt} > ${table.createdAt}`),
  ],
);

/** The changes of reservations that had an idempotency key: at most one for each seat let go of, and one for each extension. */
export const keyedChanges = pgTable(
  'keyed_changes',
  {
    eventId: uuid('event_id').notNull(),
    reservationId: uuid('reservation_id').notNull(),
    /** Made of the viewer, the mutation and the key. */
    name: uuid().notNull(),
    /** Made of all that was asked for: a retry by the same key must ask for the same. */
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
    /** Empty where there was nothing to pay. */
    paymentAuthorization: text('payment_authorization').notNull(),
    /** Null until the provider has confirmed that the authorized money was captured; what is free never is. */
    paymentCapturedAt: moment('payment_captured_at'),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.id] }),
    foreignKey({
      columns: [table.eventId, table.reservationId],
      foreignColumns: [reservations.eventId, reservations.id],
    }),
    // Not by the event first: Postgres' own look-ups for foreign keys would take it for the primary key's.
    uniqueIndex('bookings_one_per_reservation').on(table.reservationId, table.eventId),
    // Those of other events are looked at before one is given away: only of two that are drawn at the same moment both are kept.
    uniqueIndex('bookings_reference').on(table.reference, table.eventId),
    index('bookings_of_viewer').on(table.viewerId, table.bookedAt, table.id),
    index('bookings_to_capture').on(table.bookedAt).where(sql`${table.paymentCapturedAt} is null`),
  ],
);

/** The last line of defence: no seat in two live bookings, whatever the code above does. */
export const bookedSeats = pgTable(
  'booked_seats',
  {
    eventId: uuid('event_id').notNull(),
    bookingId: uuid('booking_id').notNull(),
    seatIndex: integer('seat_index').notNull(),
    /** Set when the booking is cancelled: then the seat may be in another one. */
    releasedAt: moment('released_at'),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.bookingId, table.seatIndex] }),
    foreignKey({ columns: [table.eventId, table.bookingId], foreignColumns: [bookings.eventId, bookings.id] }),
    foreignKey({ columns: [table.eventId, table.seatIndex], foreignColumns: [seats.eventId, seats.index] }),
    uniqueIndex('booked_seats_once').on(table.eventId, table.seatIndex).where(sql`${table.releasedAt} is null`),
  ],
);
