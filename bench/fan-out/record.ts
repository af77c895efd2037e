import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { GREETINGS, type Recording, watch, watchChangesAlone } from './messages.ts';
import type { Venue } from './venue.ts';

/** Number of recorded frames, which the other arms repeat. Their sizes differ a little. */
const FRAMES = 40;
const WITHIN_MS = 60_000;

/** Records what a subscriber gets while seats change, with the full and the smallest operation. */
export async function record(url: string, venue: Venue): Promise<Recording> {
  const [messages, changes]: [string[], string[]] = [[], []];
  const sockets = [
    await watch(url, venue, (data) => messages.push(String(data))),
    await watchChangesAlone(url, venue, (data) => changes.push(String(data))),
  ] as const;
  const signal = AbortSignal.timeout(WITHIN_MS);
  for (let wanted = GREETINGS; wanted <= GREETINGS + FRAMES; wanted += 1) {
    while (messages.length < wanted) await once(sockets[0], 'message', { signal });
    while (changes.length < wanted) await once(sockets[1], 'message', { signal });
    await venue.change({ times: 1, perSecond: 1 });
  }
  await Promise.all(sockets.map(close));
  const framesOf = (told: readonly string[]) => told.slice(GREETINGS, GREETINGS + FRAMES);
  return { greetings: messages.slice(0, GREETINGS), deltas: framesOf(messages), changes: framesOf(changes) };
}

async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close(1000);
  await closed;
}
