import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { decodeSeatId } from '../../src/graphql/ids.ts';
import { answerParent } from '../child-process.ts';
import { SEAT_PRICE } from '../event.ts';
import { processUsage } from '../process-usage.ts';
import { reservation, unavailable, viewerOf } from './bare-answers.ts';
import { type BareReserveSeats, openBareServer } from './bare-server.ts';

const RESERVATION_MS = 600_000;

export interface TextbookOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly poolSize: number;
}

/**
 * The textbook design on Holdfast's tables: reads Redis, then locks the seat, writes it and writes the reservation in one transaction
 * per request. Does not verify tokens, and makes up the seat's place.
 */
async function open({ databaseUrl, redisUrl, poolSize }: TextbookOptions): Promise<string> {
  const sql = postgres(databaseUrl, { max: poolSize });
  const redis = new Redis(redisUrl);
  const reserveSeats: BareReserveSeats = async ({ seatIds: [seatId = ''], idempotencyKey }, context) => {
    const { eventId, index } = decodeSeatId(seatId) ?? { eventId: '', index: -1 };
    const viewerId = viewerOf(context);
    const [id, now] = [randomUUID(), new Date()];
    const expiresAt = new Date(now.getTime() + RESERVATION_MS);
    if ((await redis.get(`textbook:${seatId}`)) !== null) return unavailable([seatId]);
    const reserved = await sql.begin(async (transaction) => {
      const [seat] = await transaction`
        select status, expires_at from seats where event_id = ${eventId} and index = ${index} for update`;
      if (seat === undefined || (seat.status !== 'AVAILABLE' && !(seat.expires_at <= now))) return false;
      await transaction`
        update seats set status = 'RESERVED', reservation_id = ${id}, expires_at = ${expiresAt}
        where event_id = ${eventId} and index = ${index}`;
      await transaction`
        insert into reservations (
          event_id, id, viewer_id, seat_indexes, requested_seat_indexes, total_amount, created_at, expires_at, idempotency_key
        ) values (
          ${eventId}, ${id}, ${viewerId}, ${[index]}, ${[index]}, ${SEAT_PRICE}, ${now}, ${expiresAt}, ${idempotencyKey ?? null}
        )`;
      return true;
    });
    return reserved ? reservation(eventId, { id, seats: [index], createdAt: now, expiresAt }) : unavailable([seatId]);
  };
  return openBareServer(reserveSeats);
}

const handlers = { open, ...processUsage };
export type TextbookServer = typeof handlers;
answerParent(handlers);
