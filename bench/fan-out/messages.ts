import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** What an app asks for that draws a map. */
const watchSeatMap = /* GraphQL */ `
  subscription WatchSeatMap($eventId: ID!, $since: Int) {
    seatMap(eventId: $eventId, since: $since) {
      __typename
      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }
      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }
    }
  }
`;

/** What it takes to keep a map that is there, and no more. */
const watchChanges = /* GraphQL */ `
  subscription WatchChanges($eventId: ID!) {
    seatMap(eventId: $eventId) { ... on SeatMapSnapshot { statuses } ... on SeatMapDelta { changes } }
  }
`;

/** What every server sends first: an acknowledgement and a snapshot. */
export const GREETINGS = 2;

/** What Holdfast sent on one socket, in order. */
export interface Recording {
  readonly greetings: readonly string[];
  /** One a frame. */
  readonly deltas: readonly string[];
  /** The same frames for who asks for `changes` alone, with an id as short as those of this repository's client. */
  readonly changes: readonly string[];
}

/** Of the map that a message leads to. */
export function revisionIn(message: string): number {
  return JSON.parse(message).payload.data.seatMap.revision;
}

export interface Watching {
  readonly eventId: string;
  /** The revision that is there already. */
  readonly since?: number | undefined;
}

/** Subscribes by graphql-transport-ws, with an id as long as those of the stock client. Every message goes to the listener. */
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
