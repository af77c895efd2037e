import type { WebSocket } from 'ws';
import type { SendWindow } from './send-window.ts';

/** Proxies commonly cut off what is quiet for a minute. */
const longestEveryMs = 12_000;

/** Pings a socket as long as it is open, and tells once when its client has left a ping unanswered for so long. */
export function keepAlive(socket: WebSocket, window: SendWindow, stallMs: number, onStalled: () => void): void {
  const pings = setInterval(
    () => {
      if (window.stalledMs < stallMs) return window.ping();
      clearInterval(pings);
      onStalled();
    },
    Math.min(longestEveryMs, stallMs / 4),
  );
  socket.once('close', () => clearInterval(pings));
}
