import type { Request } from '../history/call.ts';

const reservation = `
  ... on Reservation { id status seats { index } createdAt expiresAt expiresInMs }
  ... on ReservationNotActive { reservationStatus }
  ... on ReservationExpired { expiredAt }`;

/** What is sent for each kind of request: no more than the checks look at. The answer is always `answer`. */
export const documents: Readonly<Record<Request['kind'], string>> = {
  reserve: `mutation ($input: ReserveSeatsInput!) {
    answer: reserveSeats(input: $input) {
      __typename ... on Reservation { id status seats { index } createdAt expiresAt expiresInMs } ... on SeatsUnavailable { seatIds }
    }
  }`,
  extend: `mutation ($input: ExtendReservationInput!) { answer: extendReservation(input: $input) { __typename ${reservation} } }`,
  confirm: `mutation ($input: ConfirmReservationInput!) {
    answer: confirmReservation(input: $input) {
      __typename
      ... on Booking { id reference seats { index } bookedAt }
      ... on ReservationNotActive { reservationStatus }
      ... on ReservationExpired { expiredAt }
    }
  }`,
  cancel: `mutation ($input: CancelReservationInput!) { answer: cancelReservation(input: $input) { __typename ${reservation} } }`,
  block: `mutation ($input: BlockSeatsInput!) { answer: blockSeats(input: $input) { __typename ... on SeatsUnavailable { seatIds } } }`,
  unblock: `mutation ($input: BlockSeatsInput!) { answer: unblockSeats(input: $input) { __typename ... on SeatsUnavailable { seatIds } } }`,
  // Seat by seat, which the store tells a signed-in viewer: a map that a node shows may be a message behind another node's commits.
  read: `query ($id: ID!) { answer: event(id: $id) { __typename seats(first: 100) { nodes { status } } } }`,
};
