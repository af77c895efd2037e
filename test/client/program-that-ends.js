// Follows all that can be followed, lets go of the client, and ends. Usage: program-that-ends.js <url> <event id> <token>.
import { WebSocket } from 'ws';
import { createHoldfastClient } from '../../dist/client/index.js';

const [, , url, eventId, token] = process.argv;
const client = createHoldfastClient({ url, token, webSocketImpl: WebSocket });
const stores = [client.seatMap(eventId), client.availability(eventId), client.viewerReservations()];
await Promise.all(
  stores.map(
    (store) =>
      new Promise((resolve) => {
        store.subscribe(() => store.getSnapshot().state === 'live' && resolve());
      }),
  ),
);
client.dispose();
