/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Events {\n    events(first: 20) {\n      edges {\n        node { id name venue startsAt timeZone availability { total available } }\n      }\n    }\n  }\n": typeof types.EventsDocument,
    "\n  query FreeSeats($eventId: ID!, $first: Int!) {\n    event(id: $eventId) {\n      id\n      seats(status: AVAILABLE, first: $first) {\n        edges { node { id index label category { id name price { amount currency } } } }\n      }\n    }\n  }\n": typeof types.FreeSeatsDocument,
    "\n  mutation SignInAsGuest {\n    signInAsGuest {\n      __typename\n      ... on GuestSession { token }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n    }\n  }\n": typeof types.SignInAsGuestDocument,
    "\n  mutation ReserveSeats($input: ReserveSeatsInput!) {\n    reserveSeats(input: $input) {\n      __typename\n      ... on Reservation { id status expiresInMs seats { id index label } total { amount currency } }\n      ... on SeatsUnavailable { seatIds }\n      ... on ReservationLimitExceeded { limit }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n      ... on UserError { code message }\n    }\n  }\n": typeof types.ReserveSeatsDocument,
    "\n  subscription SeatMapChanges($eventId: ID!, $since: Int) {\n    seatMap(eventId: $eventId, since: $since) {\n      __typename\n      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }\n      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }\n    }\n  }\n": typeof types.SeatMapChangesDocument,
};
const documents: Documents = {
    "\n  query Events {\n    events(first: 20) {\n      edges {\n        node { id name venue startsAt timeZone availability { total available } }\n      }\n    }\n  }\n": types.EventsDocument,
    "\n  query FreeSeats($eventId: ID!, $first: Int!) {\n    event(id: $eventId) {\n      id\n      seats(status: AVAILABLE, first: $first) {\n        edges { node { id index label category { id name price { amount currency } } } }\n      }\n    }\n  }\n": types.FreeSeatsDocument,
    "\n  mutation SignInAsGuest {\n    signInAsGuest {\n      __typename\n      ... on GuestSession { token }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n    }\n  }\n": types.SignInAsGuestDocument,
    "\n  mutation ReserveSeats($input: ReserveSeatsInput!) {\n    reserveSeats(input: $input) {\n      __typename\n      ... on Reservation { id status expiresInMs seats { id index label } total { amount currency } }\n      ... on SeatsUnavailable { seatIds }\n      ... on ReservationLimitExceeded { limit }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n      ... on UserError { code message }\n    }\n  }\n": types.ReserveSeatsDocument,
    "\n  subscription SeatMapChanges($eventId: ID!, $since: Int) {\n    seatMap(eventId: $eventId, since: $since) {\n      __typename\n      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }\n      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }\n    }\n  }\n": types.SeatMapChangesDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Events {\n    events(first: 20) {\n      edges {\n        node { id name venue startsAt timeZone availability { total available } }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Events {\n    events(first: 20) {\n      edges {\n        node { id name venue startsAt timeZone availability { total available } }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FreeSeats($eventId: ID!, $first: Int!) {\n    event(id: $eventId) {\n      id\n      seats(status: AVAILABLE, first: $first) {\n        edges { node { id index label category { id name price { amount currency } } } }\n      }\n    }\n  }\n"): (typeof documents)["\n  query FreeSeats($eventId: ID!, $first: Int!) {\n    event(id: $eventId) {\n      id\n      seats(status: AVAILABLE, first: $first) {\n        edges { node { id index label category { id name price { amount currency } } } }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignInAsGuest {\n    signInAsGuest {\n      __typename\n      ... on GuestSession { token }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n    }\n  }\n"): (typeof documents)["\n  mutation SignInAsGuest {\n    signInAsGuest {\n      __typename\n      ... on GuestSession { token }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReserveSeats($input: ReserveSeatsInput!) {\n    reserveSeats(input: $input) {\n      __typename\n      ... on Reservation { id status expiresInMs seats { id index label } total { amount currency } }\n      ... on SeatsUnavailable { seatIds }\n      ... on ReservationLimitExceeded { limit }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n      ... on UserError { code message }\n    }\n  }\n"): (typeof documents)["\n  mutation ReserveSeats($input: ReserveSeatsInput!) {\n    reserveSeats(input: $input) {\n      __typename\n      ... on Reservation { id status expiresInMs seats { id index label } total { amount currency } }\n      ... on SeatsUnavailable { seatIds }\n      ... on ReservationLimitExceeded { limit }\n      ... on ServiceBusy { retryAfterMs }\n      ... on RateLimited { retryAfterMs }\n      ... on UserError { code message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription SeatMapChanges($eventId: ID!, $since: Int) {\n    seatMap(eventId: $eventId, since: $since) {\n      __typename\n      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }\n      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }\n    }\n  }\n"): (typeof documents)["\n  subscription SeatMapChanges($eventId: ID!, $since: Int) {\n    seatMap(eventId: $eventId, since: $since) {\n      __typename\n      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }\n      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;