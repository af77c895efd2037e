import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerParent } from '../child-process.ts';
import { pace } from '../pace.ts';
import { processUsage } from '../process-usage.ts';
import type { Recording } from './messages.ts';

/** The floor: only sends recorded messages. */
const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'graphql-transport-ws' });
let frames: readonly Buffer[] = [];

async function open({ greetings }: Recording): Promise<string> {
  sockets.on('connection', (socket) => {
    const answers = [...greetings];
    socket.on('message', () => socket.send(answers.shift() ?? ''));
  });
  if (sockets.address() === null) await once(sockets, 'listening');
  return `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
}

function load(deltas: readonly string[]): void {
  frames = deltas.map((text) => Buffer.from(text));
}

function play({ times, perSecond }: { times: number; perSecond: number }): Promise<number[]> {
  return pace(times, perSecond, (at) => {
    const message = frames[at % frames.length] ?? '';
    for (const socket of sockets.clients) socket.send(message, { binary: false });
  });
}

const handlers = { open, load, play, executions: () => 0, ...processUsage };
export type FloorServer = typeof handlers;
answerParent(handlers);
