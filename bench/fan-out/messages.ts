import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** The subscription of an app that draws a map. */
const watchSeatMap = /* GraphQL */ `
  subscription WatchSeatMap($eventId: ID!, $since: Int) {
    seatMap(eventId: $eventId, since: $since) {
      __typename
      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }
      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }
    }
  }
`;

/** The smallest subscription that keeps a map current. */
const watchChanges = /* GraphQL */ `
  subscription WatchChanges($eventId: ID!) {
    seatMap(eventId: $eventId) { ... on SeatMapSnapshot { statuses } ... on SeatMapDelta { changes } }
  }
`;

/** Messages before the first delta: an acknowledgement and a snapshot. */
export const GREETINGS = 2;

/** What Holdfast sent on one socket, in order. */
export interface Recording {
  readonly greetings: readonly string[];
  /** One per frame. */
  readonly deltas: readonly string[];
  /** The same frames with `changes` alone, and an id as short as those of this repository's client. */
  readonly changes: readonly string[];
}

/** Revision of the map after the message. */
export function revisionIn(message: string): number {
  return JSON.parse(message).payload.data.seatMap.revision;
}

export interface Watching {
  readonly eventId: string;
  /** Revision of the client's map. */
  readonly since?: number | undefined;
}

/** Subscribes by graphql-transport-ws, with an id as long as those of the stock client. The listener gets every message. */
export function watch(
  url: string,
  { eventId, since }: Watching,
  onMessage: (data: Buffer) => void,
): Promise<WebSocket> {
  return subscribe(url, { id: randomUUID(), query: watchSeatMap, variables: { eventId, since } }, onMessage);
}

export function watchChangesAlone(
  url: string,
  { eventId }: Watching,
  onMessage: (data: Buffer) => void,
): Promise<WebSocket> {
  return subscribe(url, { id: '1', query: watchChanges, variables: { eventId } }, onMessage);
}

interface Operation {
  readonly id: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

async function subscribe(
  url: string,
  { id, query, variables }: Operation,
  onMessage: (data: Buffer) => void,
): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false, skipUTF8Validation: true });
  socket.on('message', onMessage);
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await acknowledged;
  socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
  return socket;
}
