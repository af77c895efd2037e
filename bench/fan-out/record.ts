import { once } from 'node:events';
import { GREETINGS, type Recording, watch } from './messages.ts';
import type { Venue } from './venue.ts';

/** Frames that are played again and again to the other arms: their sizes differ a little. */
const FRAMES = 40;
const WITHIN_MS = 60_000;

/** What one subscriber is sent while seats change. */
export async function record(url: string, venue: Venue): Promise<Recording> {
  const messages: string[] = [];
  const signal = AbortSignal.timeout(WITHIN_MS);
  const socket = await watch(url, venue.eventId, (data) => messages.push(String(data)));
  for (let wanted = GREETINGS; wanted <= GREETINGS + FRAMES; wanted += 1) {
    while (messages.length < wanted) await once(socket, 'message', { signal });
    await venue.change({ times: 1, perSecond: 1 });
  }
  socket.close(1000);
  await once(socket, 'close');
  return { greetings: messages.slice(0, GREETINGS), deltas: messages.slice(GREETINGS, GREETINGS + FRAMES) };
}
