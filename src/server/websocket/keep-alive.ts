import type { WebSocket } from 'ws';

/** Pings a socket as long as it is open, which keeps proxies from cutting it off, and ends one that does not answer. */
export function keepAlive(socket: WebSocket, everyMs: number): void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const pings = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, everyMs);
  socket.once('close', () => clearInterval(pings));
}
