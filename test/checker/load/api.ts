import { Agent, request as send } from 'undici';
import { z } from 'zod';
import {
  decodeBookingId,
  decodeReservationId,
  decodeSeatId,
  encodeEventId,
  encodeReservationId,
  encodeSeatId,
} from '../../../src/graphql/ids.ts';
import type { Answer, Request } from '../history/call.ts';
import { seatsPerHouse } from '../rig/policy.ts';
import { documents } from './documents.ts';

/** Who waits for longer gives up, as a buyer would. */
const ANSWER_WITHIN_MS = 4_000;

const agent = new Agent({ connections: 64, headersTimeout: 0, bodyTimeout: 0 });

export interface Sender {
  readonly graphqlUrl: string;
  readonly token: string;
}

/** Sends one request as any client would, and tells what came of it. */
export async function ask({ graphqlUrl, token }: Sender, eventId: string, asked: Request): Promise<Answer> {
  try {
    const { body } = await send(graphqlUrl, {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: documents[asked.kind], variables: variablesOf(eventId, asked) }),
    });
    return answerIn(await body.json());
  } catch (error) {
    return wasNotSent(error) ? { type: 'not sent' } : { type: 'unknown', why: String(error) };
  }
}

function variablesOf(eventId: string, asked: Request): object {
  const event = encodeEventId(eventId);
  const seatIds = (seats: readonly number[]) => seats.map((seat) => encodeSeatId(eventId, seat));
  switch (asked.kind) {
    case 'reserve':
      return { input: { eventId: event, seatIds: seatIds(asked.seats), idempotencyKey: asked.key } };
    case 'extend':
      return {
        input: { reservationId: encodeReservationId(eventId, asked.reservation), idempotencyKey: asked.key },
      };
    case 'confirm': {
      const paymentToken = asked.accepted ? 'tok_ok' : 'tok_decline';
      return { input: { reservationId: encodeReservationId(eventId, asked.reservation), paymentToken } };
    }
    case 'cancel': {
      const named = asked.seats && seatIds(asked.seats);
      const reservationId = encodeReservationId(eventId, asked.reservation);
      return { input: { reservationId, seatIds: named, idempotencyKey: asked.key } };
    }
    case 'block':
    case 'unblock':
      return { input: { eventId: event, seatIds: seatIds(asked.seats) } };
    case 'read':
      return { id: event };
  }
}

const moment = z.iso.datetime().transform((text) => Date.parse(text));
const reservationUuid = z.string().transform((id) => decodeReservationId(id)?.reservationId ?? id);
const bookingUuid = z.string().transform((id) => decodeBookingId(id)?.bookingId ?? id);
const seatsWithIndexes = z.array(z.object({ index: z.int() })).transform((seats) => seats.map(({ index }) => index));
const seatIndexes = z.array(z.string().transform((id) => decodeSeatId(id)?.index ?? -1));
const status = z.enum(['ACTIVE', 'CONFIRMED', 'CANCELLED', 'EXPIRED']);
const seatStatus = z.enum(['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED']);
const seats = z.object({ nodes: z.array(z.object({ status: seatStatus })).length(seatsPerHouse) });

const answers = z.discriminatedUnion('__typename', [
  z.object({
    __typename: z.literal('Reservation'),
    id: reservationUuid,
    status,
    seats: seatsWithIndexes,
    createdAt: moment,
    expiresAt: moment,
    expiresInMs: z.number(),
  }),
  z.object({
    __typename: z.literal('Booking'),
    id: bookingUuid,
    reference: z.string(),
    seats: seatsWithIndexes,
    bookedAt: moment,
  }),
  z.object({ __typename: z.literal('SeatsUnavailable'), seatIds: seatIndexes }),
  z.object({ __typename: z.literal('ReservationNotActive'), reservationStatus: status }),
  z.object({ __typename: z.literal('ReservationExpired'), expiredAt: moment }),
  z.object({ __typename: z.literal('Event'), seats: seats.optional() }),
  z.object({
    __typename: z.enum([
      'InvalidInput',
      'NotFound',
      'SalesNotOpen',
      'ReservationLimitExceeded',
      'RateLimited',
      'IdempotencyConflict',
      'ExtensionLimitReached',
      'PaymentFailed',
    ]),
  }),
  z.object({ __typename: z.literal('ServiceBusy') }),
]);

const replies = z.object({ data: z.object({ answer: answers }).nullish(), errors: z.unknown().optional() });

/** Whatever the node does not answer may have happened all the same. */
function answerIn(body: unknown): Answer {
  const { data, error } = replies.safeParse(body);
  const answer = data?.data?.answer;
  if (answer === undefined) return { type: 'unknown', why: error?.message ?? JSON.stringify(body) };
  switch (answer.__typename) {
    case 'Reservation': {
      const { id, status, seats, createdAt, expiresAt, expiresInMs } = answer;
      return { type: 'Reservation', id, status, seats, createdAtMs: createdAt, expiresAtMs: expiresAt, expiresInMs };
    }
    case 'Booking': {
      const { id, reference, seats, bookedAt } = answer;
      return { type: 'Booking', id, reference, seats, bookedAtMs: bookedAt };
    }
    case 'SeatsUnavailable':
      return { type: 'SeatsUnavailable', seats: answer.seatIds };
    case 'ReservationNotActive':
      return { type: 'ReservationNotActive', status: answer.reservationStatus };
    case 'ReservationExpired':
      return { type: 'ReservationExpired', expiredAtMs: answer.expiredAt };
    case 'Event':
      return answer.seats === undefined
        ? { type: 'Done' }
        : { type: 'Map', statuses: answer.seats.nodes.map(({ status }) => status) };
    case 'ServiceBusy':
      return { type: 'unknown', why: 'ServiceBusy' };
    default:
      return { type: answer.__typename };
  }
}

/** Nobody listened there. */
function wasNotSent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
