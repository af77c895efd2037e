import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** What an app asks for that draws a map. */
const watchSeatMap = /* GraphQL */ `
  subscription WatchSeatMap($eventId: ID!) {
    seatMap(eventId: $eventId) {
      __typename
      ... on SeatMapSnapshot { revision statuses availability { total available reserved booked blocked } }
      ... on SeatMapDelta { fromRevision revision changes availability { total available reserved booked blocked } }
    }
  }
`;

/** What every server sends first: an acknowledgement and a snapshot. */
export const GREETINGS = 2;

/** What Holdfast sent on one socket, in order. */
export interface Recording {
  readonly greetings: readonly string[];
  /** One a frame. */
  readonly deltas: readonly string[];
}

/** Subscribes by graphql-transport-ws, with an id as long as those of the stock client. Every message goes to the listener. */
export async function watch(url: string, eventId: string, onMessage: (data: Buffer) => void): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false, skipUTF8Validation: true });
  socket.on('message', onMessage);
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await acknowledged;
  const payload = { query: watchSeatMap, variables: { eventId } };
  socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload }));
  return socket;
}
