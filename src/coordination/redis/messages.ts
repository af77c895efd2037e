import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { EventChange } from '../coordination.ts';

/** Seats in one message, so that a change of a whole venue does not keep a connection busy with one. */
const MAX_SEATS_IN_MESSAGE = 1_000;
/** Pairs of node and event whose last message is remembered. One that was forgotten costs its reader a needless gap. */
const MAX_REMEMBERED = 10_000;

const seatChange = z.object({
  index: z.int().nonnegative(),
  status: z.enum(['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED']),
  version: z.number(),
  reservationId: z.string().nullable(),
  expiresAtMs: z.number().nullable(),
});

const message = z.object({
  /** The sender, anew for each of its starts. */
  node: z.string(),
  /** Of this sender's messages on this event: 1, 2, 3, … */
  counter: z.int().positive(),
  change: z.object({ seats: z.array(seatChange), reservationIds: z.array(z.string()) }),
});

/** What goes over an event's channel, as JSON. */
export type BusMessage = z.infer<typeof message>;

export function encodeMessage(content: BusMessage): string {
  return JSON.stringify(content);
}

/** Throws on anything else than a message. */
export function decodeMessage(text: string): BusMessage {
  return message.parse(JSON.parse(text));
}

/** A change in parts that fit in a message each. At least one part. */
export function inParts({ seats, reservationIds }: EventChange): BusMessage['change'][] {
  const parts = [{ seats: seats.slice(0, MAX_SEATS_IN_MESSAGE), reservationIds: [...reservationIds] }];
  for (let from = MAX_SEATS_IN_MESSAGE; from < seats.length; from += MAX_SEATS_IN_MESSAGE) {
    parts.push({ seats: seats.slice(from, from + MAX_SEATS_IN_MESSAGE), reservationIds: [] });
  }
  return parts;
}

/** Notices that messages of a node on an event went missing. */
export class ReceivedCounters {
  readonly #last = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  /**
   * False if this is not the one after the last. A node never heard of before is taken as having sent none: what it sent
   * before its first message here may have been before the subscription, or lost, and a needless gap does no harm.
   */
  follows(eventId: string, { node, counter }: BusMessage): boolean {
    const key = `${node} ${eventId}`;
    const last = this.#last.get(key) ?? 0;
    this.#last.set(key, counter);
    return counter === last + 1;
  }
}
