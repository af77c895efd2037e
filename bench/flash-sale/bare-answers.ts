import { decodeJwt } from 'jose';
import { encodeEventId, encodeReservationId, encodeSeatId } from '../../src/graphql/ids.ts';
import { SEAT_PRICE } from '../event.ts';
import type { BareContext } from './bare-server.ts';

/** Does not verify the token. */
export function viewerOf({ authorization = '' }: BareContext): string {
  return decodeJwt(authorization.slice('Bearer '.length)).sub ?? '';
}

export function unavailable(seatIds: readonly string[]): object {
  return {
    __typename: 'SeatsUnavailable',
    code: 'SEATS_UNAVAILABLE',
    message: 'These seats are taken.',
    seatIds,
  };
}

export interface Reserved {
  readonly id: string;
  /** By index. */
  readonly seats: readonly number[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** As large as Holdfast's answer. Fields of the event and its layout are made up. */
export function reservation(eventId: string, { id, seats, createdAt, expiresAt }: Reserved): object {
  const price = { amount: SEAT_PRICE, currency: 'EUR' };
  const category = { id: 'category', name: 'Arena', color: '#225588', price };
  const place = { section: 'Arena', row: '1', number: '1', accessible: false };
  return {
    __typename: 'Reservation',
    id: encodeReservationId(eventId, id),
    event: { id: encodeEventId(eventId), name: 'Flash sale' },
    seats: seats.map((index) => ({
      id: encodeSeatId(eventId, index),
      index,
      label: `Seat ${index}`,
      ...place,
      category,
    })),
    status: 'ACTIVE',
    total: { ...price, amount: SEAT_PRICE * seats.length },
    createdAt,
    expiresAt,
    expiresInMs: expiresAt.getTime() - createdAt.getTime(),
    extensionsLeft: 1,
    booking: null,
  };
}
