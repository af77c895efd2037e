import { once } from 'node:events';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { print } from 'graphql';
import { WebSocket } from 'ws';
import { EventSeatMapDocument, type EventSeatMapQuery, SeatMapDocument } from '../../src/client/generated/documents.ts';
import { answerParent } from '../child-process.ts';
import { now } from '../pace.ts';

const query = { event: print(EventSeatMapDocument), map: print(SeatMapDocument) };

export interface Visits {
  readonly url: string;
  readonly eventId: string;
  readonly opens: number;
  readonly seconds: number;
  /** Whether browsers have cached the layout. */
  readonly isWarm: boolean;
}

export interface Visited {
  /** Milliseconds of each visit until the first snapshot. */
  readonly tookMs: readonly number[];
  readonly failures: number;
  /** Bytes of the layout as sent. */
  readonly layoutBytes: number;
}

/** Visits the page like browsers with or without a cache, at a steady rate that does not depend on the answers. */
async function visit({ opens, seconds, ...place }: Visits): Promise<Visited> {
  const tookMs: number[] = [];
  let failures = 0;
  let layoutBytes = 0;
  const startedAt = now();
  const visiting = Array.from({ length: opens }, async (_, at) => {
    const dueAt = startedAt + (at * seconds * 1_000) / opens;
    await new Promise((resolve) => setTimeout(resolve, dueAt - now()));
    try {
      layoutBytes = Math.max(layoutBytes, await open(place));
      tookMs.push(now() - dueAt);
    } catch {
      failures += 1;
    }
  });
  await Promise.all(visiting);
  return { tookMs, failures, layoutBytes };
}

/** Resolves to the bytes of the layout; 0 if it is cached. */
async function open({ url, eventId, isWarm }: Pick<Visits, 'url' | 'eventId' | 'isWarm'>): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  try {
    const [bytes] = await Promise.all([loadEvent({ url, eventId, isWarm }, agent), snapshot(url, eventId)]);
    return bytes;
  } finally {
    agent.destroy();
  }
}

/** Gets the event and its layout. */
async function loadEvent({ url, eventId, isWarm }: Pick<Visits, 'url' | 'eventId' | 'isWarm'>, agent: Agent) {
  const body = JSON.stringify({ query: query.event, variables: { eventId } });
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const answer = await exchange(url, { agent, method: 'POST', headers }, body);
  const { data } = JSON.parse(String(answer)) as { data?: EventSeatMapQuery };
  if (!data?.event) throw new Error('there is no such event');
  if (isWarm) return 0;
  const layout = new URL(data.event.seatMap.layoutUrl, url);
  return (await exchange(layout.href, { agent, headers: { 'accept-encoding': 'br' } })).length;
}

async function exchange(url: string, options: RequestOptions, body?: string): Promise<Buffer> {
  const asked = request(url, options).end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const bytes = await buffer(response);
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  return bytes;
}

/** Resolves at the first message of the map. */
async function snapshot(url: string, eventId: string): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
  try {
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const payload = { query: query.map, variables: { eventId } };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    if (!String(message).includes('"SeatMapSnapshot"')) throw new Error(String(message).slice(0, 200));
  } finally {
    socket.terminate();
  }
}

const handlers = { visit };
export type Visitors = typeof handlers;
answerParent(handlers);
