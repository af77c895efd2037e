import { graphql } from './generated/index.ts';

export const Events = graphql(`
  query Events {
    events(first: 20) {
      edges {
        node { id name venue startsAt timeZone availability { total available } }
      }
    }
  }
`);

export const FreeSeats = graphql(`
  query FreeSeats($eventId: ID!, $first: Int!) {
    event(id: $eventId) {
      id
      seats(status: AVAILABLE, first: $first) {
        edges { node { id index label category { id name price { amount currency } } } }
      }
    }
  }
`);

export const SignInAsGuest = graphql(`
  mutation SignInAsGuest {
    signInAsGuest {
      __typename
      ... on GuestSession { token }
      ... on ServiceBusy { retryAfterMs }
      ... on RateLimited { retryAfterMs }
    }
  }
`);

export const ReserveSeats = graphql(`
  mutation ReserveSeats($input: ReserveSeatsInput!) {
    reserveSeats(input: $input) {
      __typename
      ... on Reservation { id status expiresInMs seats { id index label } total { amount currency } }
      ... on SeatsUnavailable { seatIds }
      ... on ReservationLimitExceeded { limit }
      ... on ServiceBusy { retryAfterMs }
      ... on RateLimited { retryAfterMs }
      ... on UserError { code message }
    }
  }
`);

export const SeatMapChanges = graphql(`
  subscription SeatMapChanges($eventId: ID!, $since: Int) {
    seatMap(eventId: $eventId, since: $since) {
      __typename
      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }
      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }
    }
  }
`);
