import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { answerParent } from '../child-process.ts';
import { now } from '../pace.ts';
import { quantileOf } from '../statistics.ts';
import { GREETINGS, revisionIn, type Watching, watch } from './messages.ts';

const AT_ONCE = 50;
/** After this long without a message, the run is over. */
const QUIET_MS = 1_000;

/** What one run received. */
interface Received {
  readonly frames: number;
  readonly counts: Uint32Array;
  /** Time of each message, by socket and then by frame. */
  readonly moments: Float64Array;
  /** All messages of the first socket. */
  readonly recorded: string[];
  bytes: number;
  messages: number;
  lastAt: number;
}

let sockets: WebSocket[] = [];
let received: Received | undefined;
/** Newest message of the first socket. */
let newest = '';

interface Place extends Watching {
  readonly url: string;
}

async function connect({ count, ...place }: Place & { count: number }): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, at) => open(place, first + at));
    await Promise.all(batch);
  }
}

async function open({ url, ...watching }: Place, at: number): Promise<void> {
  let messages = 0;
  let greet: (() => void) | undefined;
  const greeted = new Promise<void>((resolve) => {
    greet = resolve;
  });
  const socket = await watch(url, watching, (data) => {
    messages += 1;
    if (at === 0) newest = String(data);
    if (messages > GREETINGS) return receive(at, data);
    if (messages === GREETINGS) greet?.();
  });
  sockets.push(socket);
  socket.once('close', (code) => {
    if (sockets.includes(socket)) throw new Error(`a socket was closed with ${code}`);
  });
  await greeted;
}

function receive(at: number, data: Buffer): void {
  if (received === undefined) return;
  const count = received.counts[at] ?? 0;
  received.counts[at] = count + 1;
  received.lastAt = now();
  if (count < received.frames) received.moments[at * received.frames + count] = received.lastAt;
  if (at === 0) received.recorded.push(String(data));
  received.bytes += data.length;
  received.messages += 1;
}

/** Sets the number of expected frames. */
function expect(frames: number): void {
  received = {
    frames,
    counts: new Uint32Array(sockets.length),
    moments: new Float64Array(sockets.length * frames),
    recorded: [],
    bytes: 0,
    messages: 0,
    lastAt: now(),
  };
}

/** Resolves when everything has arrived, or nothing arrives any more. */
async function collect() {
  const { recorded, bytes, messages } = await settled();
  return { recorded, bytes, messages };
}

/** Only of sockets with as many messages as the first, if `sentAt` has the time of each frame. */
function latencies(sentAt: readonly number[]) {
  if (received === undefined) throw new Error('nothing was expected');
  const { counts, moments, frames } = received;
  const alike = [...counts.keys()].filter((socket) => counts[socket] === sentAt.length);
  const all = alike.flatMap((socket) =>
    sentAt.map((sent, frame) => (moments[socket * frames + frame] ?? Number.NaN) - sent),
  );
  return { p50: quantileOf(all, 0.5), p99: quantileOf(all, 0.99) };
}

async function settled(): Promise<Received> {
  if (received === undefined) throw new Error('nothing was expected');
  const all = sockets.length * received.frames;
  while (received.messages < all && now() - received.lastAt < QUIET_MS) await wait(20);
  return received;
}

/** Cuts all connections, like a node that dies. Resolves to the revision that all had. */
async function cut(): Promise<number> {
  const closed = sockets.map((socket) => once(socket, 'close'));
  const cut = sockets;
  sockets = [];
  for (const socket of cut) socket.terminate();
  await Promise.all(closed);
  return revisionIn(newest);
}

/** Reconnects all at once. Resolves to the milliseconds until each was current again. */
async function comeBack({ count, ...place }: Place & { count: number }) {
  const startedAt = now();
  const took = Array.from({ length: count }, async (_, at) => {
    await open(place, at);
    return now() - startedAt;
  });
  const all = await Promise.all(took);
  return { p50: quantileOf(all, 0.5), p99: quantileOf(all, 0.99), last: Math.max(...all) };
}

async function disconnect(): Promise<void> {
  const closed = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.close(1000);
  sockets = [];
  await Promise.all(closed);
}

const handlers = { connect, expect, collect, latencies, cut, comeBack, disconnect };
export type Subscribers = typeof handlers;
answerParent(handlers);
