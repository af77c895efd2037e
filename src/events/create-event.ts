import { hash } from 'node:crypto';
import { fitsCharacters, maxNameCharacters } from '../domain/characters.ts';
import { currencyDigits } from '../domain/money.ts';
import type { EventRecord, SalesStatus } from '../domain/records.ts';
import type { Database } from '../store/engine/database.ts';
import { isUniqueViolation } from '../store/engine/faults.ts';
import { findEvents, insertEvent, wasAskedFor } from '../store/queries/events.ts';
import { parseSeatingPlan } from './seating-plan/parse.ts';
import { type CategoryPrice, priceCategories } from './seating-plan/prices.ts';
import { type Refusal, refuse, within } from './seating-plan/refusal.ts';
import { noTimeZone, timeZoneNamed } from './time-zone.ts';

export interface EventInput {
  readonly name: string;
  readonly venue: string;
  readonly startsAt: Date;
  /** IANA name of the venue's time zone. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  /** A seating plan in pretix's format. */
  readonly plan: unknown;
  readonly prices: readonly CategoryPrice[];
  /** From 1 second to 24 hours. */
  readonly reservationSeconds: number;
}

export type CreateEventOutcome =
  | { readonly ok: true; readonly event: EventRecord }
  | Refusal
  /** There already is an event with this id, created with other contents. */
  | (Refusal & { readonly isConflict: true });

export interface CreateEventOptions {
  readonly id: string;
  readonly salesStatus: SalesStatus;
  /** Who creates it, for the change log. */
  readonly actor: string;
  /** Called with the number of seats written so far. */
  readonly onProgress?: (seatsWritten: number, seats: number) => void;
}

const MAX_RESERVATION_SECONDS = 24 * 60 * 60;

/**
 * Checks everything first, and then writes the event with all of its seats. If there already is an event with this id and the same
 * contents, it is returned as it is now. Faults have a path into the input.
 */
export async function createEvent(
  database: Database,
  input: EventInput,
  { id, salesStatus, actor, onProgress = () => {} }: CreateEventOptions,
): Promise<CreateEventOutcome> {
  const checked = checkEvent(input);
  if (!checked.ok) return checked;
  const { name, venue, startsAt, currency, reservationSeconds } = input;
  const { timeZone, layout, amounts } = checked;
  const asked = { name: name.trim(), venue: venue.trim(), timeZone, currency, reservationSeconds };
  const requestDigest = digestOf({ ...asked, startsAt, layout, amounts });
  const event = { ...asked, id, salesStatus };
  try {
    const written = { ...event, startsAt, layout, amounts, requestDigest, actor };
    await insertEvent(database, written, (seats) => onProgress(seats, layout.seats.length));
  } catch (error) {
    if (isUniqueViolation(error, 'events_pkey')) return madeBefore(database, id, requestDigest);
    throw error;
  }
  return { ok: true, event: { ...event, startsAtMs: startsAt.getTime(), contentDigest: requestDigest } };
}

/** Checks and parses the input, without a database. */
export function checkEvent(input: EventInput) {
  const fault = findFault(input);
  if (fault !== null) return fault;
  const timeZone = timeZoneNamed(input.timeZone);
  if (timeZone === null) return refuse('timeZone', noTimeZone(input.timeZone));
  const plan = parseSeatingPlan(input.plan);
  if (!plan.ok) return within('plan', plan);
  const priced = priceCategories(plan.layout, input.prices);
  if (!priced.ok) return priced;
  return { ok: true, timeZone, layout: plan.layout, amounts: priced.amounts } as const;
}

async function madeBefore(database: Database, id: string, requestDigest: string): Promise<CreateEventOutcome> {
  if (!(await wasAskedFor(database, id, requestDigest)))
    return { ...refuse('idempotencyKey', 'The key belongs to another event'), isConflict: true };
  const [event] = await findEvents(database, [id]);
  if (event === undefined) throw new Error(`the event ${id} was there and is not`);
  return { ok: true, event };
}

/** Parsed values have their properties in a fixed order, whatever the order in the input. */
function digestOf(asked: object): string {
  return hash('sha256', JSON.stringify(asked), 'base64url');
}

function findFault({ name, venue, startsAt, currency, reservationSeconds }: EventInput): Refusal | null {
  for (const [path, text] of Object.entries({ name, venue })) {
    if (text.trim() === '' || !fitsCharacters(text.trim(), maxNameCharacters)) {
      return refuse(path, `A ${path} has 1 to ${maxNameCharacters} characters`);
    }
    if (/[\p{Cc}\p{Cs}]/u.test(text)) return refuse(path, `A ${path} has no control characters`);
  }
  if (startsAt.getTime() < 0 || startsAt.getUTCFullYear() > 9999) {
    return refuse('startsAt', 'An event starts between the years 1970 and 9999');
  }
  if (currencyDigits(currency) === undefined) return refuse('currency', `'${currency}' is no ISO 4217 currency code`);
  const whole = Number.isInteger(reservationSeconds);
  if (!whole || reservationSeconds < 1 || reservationSeconds > MAX_RESERVATION_SECONDS) {
    return refuse('reservationSeconds', `A reservation lasts from 1 to ${MAX_RESERVATION_SECONDS} seconds`);
  }
  return null;
}
