import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../store/database.ts';
import { findEvents, insertEvent, loadLayout, type NewEvent } from '../store/events.ts';
import { isUniqueViolation } from '../store/faults.ts';
import type { EventRecord, SalesStatus } from '../store/records.ts';
import { parseSeatingPlan } from './seating-plan/parse.ts';
import { type CategoryPrice, priceCategories } from './seating-plan/prices.ts';
import { type Refusal, refuse } from './seating-plan/refusal.ts';

export interface EventInput {
  readonly name: string;
  readonly venue: string;
  readonly startsAt: Date;
  /** ISO 4217. */
  readonly currency: string;
  /** A seating plan in pretix's format. */
  readonly plan: unknown;
  readonly prices: readonly CategoryPrice[];
  /** From 1 second to 24 hours. */
  readonly reservationSeconds: number;
}

export type CreateEventOutcome = { readonly ok: true; readonly event: EventRecord } | Refusal;

export interface CreateEventOptions {
  readonly id: string;
  readonly salesStatus: SalesStatus;
  /** Told how many of the plan's seats are written. */
  readonly onProgress?: (seatsWritten: number, seats: number) => void;
}

/** Names are shown in lists: longer ones are a mistake. */
const MAX_NAME_LENGTH = 200;
const MAX_RESERVATION_SECONDS = 24 * 60 * 60;
const currencies = new Set(Intl.supportedValuesOf('currency'));

/**
 * Checks everything first, with the path in the input to what is wrong, and then writes the event and all of its seats. If
 * there is an event of this id already, it is the outcome, provided that it is what is asked for.
 */
export async function createEvent(
  database: Database,
  input: EventInput,
  { id, salesStatus, onProgress = () => {} }: CreateEventOptions,
): Promise<CreateEventOutcome> {
  const fault = findFault(input);
  if (fault !== null) return fault;
  const plan = parseSeatingPlan(input.plan);
  if (!plan.ok) return refuse(plan.path === '' ? 'plan' : `plan.${plan.path}`, plan.message);
  const priced = priceCategories(plan.layout, input.prices);
  if (!priced.ok) return priced;

  const { name, venue, startsAt, currency, reservationSeconds } = input;
  const event = { id, name: name.trim(), venue: venue.trim(), currency, salesStatus, reservationSeconds };
  const asked = { ...event, startsAt, layout: plan.layout, amounts: priced.amounts };
  try {
    await insertEvent(database, asked, (written) => onProgress(written, plan.layout.seats.length));
  } catch (error) {
    if (isUniqueViolation(error, 'events_pkey')) return madeBefore(database, asked);
    throw error;
  }
  return { ok: true, event: { ...event, startsAtMs: startsAt.getTime() } };
}

async function madeBefore(database: Database, asked: NewEvent): Promise<CreateEventOutcome> {
  const [[event], stored] = await Promise.all([findEvents(database, [asked.id]), loadLayout(database, asked.id)]);
  if (event === undefined || stored === null) throw new Error(`the event ${asked.id} was there and is not`);
  const { id, name, venue, currency, reservationSeconds, layout, amounts } = asked;
  const { salesStatus, ...made } = event;
  const wanted = { ...{ id, name, venue, currency, reservationSeconds }, startsAtMs: asked.startsAt.getTime() };
  const isSame = agree(made, wanted) && agree(stored, { ...layout, currency, amounts });
  return isSame ? { ok: true, event } : refuse('idempotencyKey', 'The key belongs to another event');
}

/** As JSON has them, which knows no -0. */
function agree(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

function findFault({ name, venue, startsAt, currency, reservationSeconds }: EventInput): Refusal | null {
  for (const [path, text] of Object.entries({ name, venue })) {
    if (text.trim() === '' || text.length > MAX_NAME_LENGTH) {
      return refuse(path, `A ${path} has 1 to ${MAX_NAME_LENGTH} characters`);
    }
    if (/[\p{Cc}\p{Cs}]/u.test(text)) return refuse(path, `A ${path} has no control characters`);
  }
  if (startsAt.getTime() < 0 || startsAt.getUTCFullYear() > 9999) {
    return refuse('startsAt', 'An event starts between the years 1970 and 9999');
  }
  if (!currencies.has(currency)) return refuse('currency', `'${currency}' is no ISO 4217 currency code`);
  const whole = Number.isInteger(reservationSeconds);
  if (!whole || reservationSeconds < 1 || reservationSeconds > MAX_RESERVATION_SECONDS) {
    return refuse('reservationSeconds', `A reservation lasts from 1 to ${MAX_RESERVATION_SECONDS} seconds`);
  }
  return null;
}
