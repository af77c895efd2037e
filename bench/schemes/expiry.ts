import { setTimeout as wait } from 'node:timers/promises';
import { ReserveSeatsDocument, type ReserveSeatsInput } from '../../src/client/generated/documents.ts';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { dataOf } from '../../test/support/graphql.ts';
import { tokenFor } from '../tokens.ts';
import type { Contender } from './contenders.ts';
import type { SchemesOptions } from './options.ts';

/** How long before the deadline the next buyer begins. */
const EARLY_MS = 20;
/** Share of the delay so far after which that buyer retries, within these bounds. */
const AGAIN_SHARE = 1 / 20;
const AGAIN_LEAST_MS = 5;
const AGAIN_MOST_MS = 250;

/**
 * Milliseconds from the deadline of an unpaid hold until another buyer, who retries all the time, gets the seat. The deadlines are
 * evenly distributed over the job's interval.
 */
export async function runExpiry(contender: Contender, options: SchemesOptions): Promise<number[]> {
  const { holds, cronSeconds, holdSeconds } = options;
  const eventId = await contender.openEvent(Math.ceil(holds / 100) * 100);
  const giveUpAfterMs = (holdSeconds + 2 * cronSeconds + 30) * 1000;
  return Promise.all(
    Array.from({ length: holds }, async (_, index) => {
      await wait((index / holds) * cronSeconds * 1000);
      const seatId = encodeSeatId(decodeEventId(eventId) ?? '', index);
      return lateness(contender, { eventId, seatIds: [seatId] }, giveUpAfterMs);
    }),
  );
}

async function lateness(contender: Contender, input: ReserveSeatsInput, giveUpAfterMs: number): Promise<number> {
  const deadline = await reserve(contender, input, 'the first');
  if (deadline === null) throw new Error(`${contender.name} refused a seat of a new event`);
  const givenUpAt = Date.now() + giveUpAfterMs;
  await wait(Math.max(0, deadline - Date.now() - EARLY_MS));
  for (let attempt = 1; Date.now() < givenUpAt; attempt += 1) {
    if ((await reserve(contender, input, `attempt ${attempt}`)) !== null) return Date.now() - deadline;
    const pauseMs = (Date.now() - deadline) * AGAIN_SHARE;
    await wait(Math.min(AGAIN_MOST_MS, Math.max(AGAIN_LEAST_MS, pauseMs)));
  }
  throw new Error(`${contender.name} did not free a seat within ${giveUpAfterMs} ms`);
}

/** Resolves to the deadline of the reservation, or null if it was refused. */
async function reserve({ name, url }: Contender, input: ReserveSeatsInput, buyer: string): Promise<number | null> {
  const token = await tokenFor(`${buyer} of ${input.seatIds}`);
  const { reserveSeats } = await dataOf(url, ReserveSeatsDocument, { input }, token);
  if (reserveSeats.__typename === 'Reservation') return new Date(reserveSeats.expiresAt).getTime();
  if (reserveSeats.__typename === 'SeatsUnavailable') return null;
  throw new Error(`${name} answered ${reserveSeats.__typename}`);
}
