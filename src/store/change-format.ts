import { z } from 'zod';
import { CHANGE_VERSION, type EventChange, type Fact } from '../domain/change.ts';

const actor = z.string();
const reservationId = z.string();
const seatIndexes = z.array(z.int().nonnegative());
const expiresAtMs = z.number();

const fact = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event-created'), actor, blockedSeatIndexes: seatIndexes }),
  z.object({
    kind: z.literal('sales-status-changed'),
    actor,
    salesStatus: z.enum(['DRAFT', 'ON_SALE', 'PAUSED', 'CLOSED']),
  }),
  z.object({ kind: z.enum(['seats-blocked', 'seats-unblocked']), actor, seatIndexes }),
  z.object({ kind: z.literal('reservation-created'), actor, reservationId, seatIndexes, expiresAtMs }),
  z.object({ kind: z.literal('reservation-extended'), actor, reservationId, seatIndexes, expiresAtMs }),
  z.object({ kind: z.literal('reservation-cancelled'), actor, reservationId, seatIndexes, isOver: z.boolean() }),
  z.object({ kind: z.literal('reservation-expired'), actor, reservationId, seatIndexes }),
  z.object({
    kind: z.literal('reservation-transferred'),
    ...{ actor, reservationId, from: z.string(), isRunning: z.boolean() },
  }),
  z.object({
    kind: z.literal('booking-confirmed'),
    ...{ actor, reservationId, bookingId: z.string(), seatIndexes },
    isLate: z.boolean().optional(),
  }),
]) satisfies z.ZodType<Fact>;

const change = z.object({ version: z.literal(CHANGE_VERSION), facts: z.array(fact) }) satisfies z.ZodType<EventChange>;

/** Undefined for a change of a version that this node does not know. */
export function parseChange(value: unknown): EventChange | undefined {
  return change.safeParse(value).data;
}
