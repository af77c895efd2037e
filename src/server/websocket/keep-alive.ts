import type { WebSocket } from 'ws';
import type { Unread } from './unread.ts';

/** Proxies commonly cut off what is quiet for a minute. */
const longestEveryMs = 12_000;

/** Pings a socket as long as it is open, and tells once when its client has read nothing for so long. */
export function keepAlive(socket: WebSocket, unread: Unread, stallMs: number, onStalled: () => void): void {
  const pings = setInterval(
    () => {
      if (unread.quietMs < stallMs) return unread.ping();
      clearInterval(pings);
      onStalled();
    },
    Math.min(longestEveryMs, stallMs / 4),
  );
  socket.once('close', () => clearInterval(pings));
}
