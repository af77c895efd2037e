import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Bus, BusListener, EventChange } from '../coordination.ts';
import { EventListeners } from '../event-listeners.ts';
import { changesChannel, eventOfChannel } from './keys.ts';
import { type BusMessage, decodeMessage, encodeMessage, inParts, ReceivedCounters } from './messages.ts';

/** Events whose counter this node keeps. One that was forgotten starts again at 1, which readers take for a gap. */
const MAX_SENT_COUNTERS = 10_000;

interface Sent {
  counter: number;
  /** A message did not get out, and none has since that would let readers notice. */
  isUnheard: boolean;
}

export interface RedisBusSettings {
  readonly commands: Redis;
  readonly subscriptions: Redis;
  readonly logger: Logger;
  /** This node, in this one of its starts: messages are counted by it. */
  readonly sender: string;
  readonly onSubscribeFailed: (cause: unknown) => void;
}

/** This node's own listeners are told directly, whatever state Redis is in; what comes back of its own is dropped. */
export class RedisBus implements Bus {
  readonly #settings: RedisBusSettings;
  readonly #listeners = new EventListeners();
  readonly #received = new ReceivedCounters();
  readonly #sent = new LRUCache<string, Sent>({ max: MAX_SENT_COUNTERS });

  constructor(settings: RedisBusSettings) {
    this.#settings = settings;
    settings.subscriptions.on('message', (channel: string, text: string) => this.#onMessage(channel, text));
  }

  async publish(eventId: string, change: EventChange): Promise<void> {
    this.#listeners.tellChangeSoon(eventId, change);
    for (const part of inParts(change)) this.#send(eventId, part);
  }

  async subscribe(eventId: string, listener: BusListener): Promise<AsyncDisposable> {
    const stop = this.#listeners.add(eventId, listener);
    await this.#subscribeTo([eventId]).catch(this.#settings.onSubscribeFailed);
    return {
      [Symbol.asyncDispose]: async () => {
        stop();
        await this.#unsubscribeIfUnused(eventId);
      },
    };
  }

  /** On a new connection for subscriptions. Rejects if it must be done again. */
  async resubscribe(): Promise<void> {
    const { eventIds } = this.#listeners;
    if (eventIds.length > 0) await this.#subscribeTo(eventIds);
    for (const eventId of eventIds) this.#listeners.tellGap(eventId);
  }

  /** On a new connection for commands: an empty message lets the readers' counters show what they have missed. */
  revealUnheard(): void {
    for (const [eventId, sent] of this.#sent.entries()) {
      if (sent.isUnheard) this.#send(eventId, { seats: [], reservationIds: [] });
    }
  }

  /** Nobody waits for it: a buyer's answer must not hang on a slow Redis. */
  #send(eventId: string, change: BusMessage['change']): void {
    const sent = this.#sent.get(eventId) ?? { counter: 0, isUnheard: false };
    sent.counter += 1;
    sent.isUnheard = false;
    this.#sent.set(eventId, sent);
    const text = encodeMessage({ node: this.#settings.sender, counter: sent.counter, change });
    this.#settings.commands.publish(changesChannel(eventId), text).catch((err: unknown) => {
      sent.isUnheard = true;
      this.#settings.logger.debug({ err, eventId }, 'a change could not be published');
    });
  }

  async #subscribeTo(eventIds: readonly string[]): Promise<void> {
    await this.#settings.subscriptions.subscribe(...eventIds.map(changesChannel));
  }

  async #unsubscribeIfUnused(eventId: string): Promise<void> {
    if (this.#listeners.has(eventId)) return;
    const { subscriptions, logger } = this.#settings;
    await subscriptions.unsubscribe(changesChannel(eventId)).catch((err: unknown) => {
      logger.debug({ err, eventId }, 'unsubscribed by losing the connection');
    });
  }

  #onMessage(channel: string, text: string): void {
    const eventId = eventOfChannel(channel);
    const message = this.#decode(channel, text);
    if (eventId === undefined || message === undefined || message.node === this.#settings.sender) return;
    if (!this.#received.follows(eventId, message)) this.#listeners.tellGap(eventId);
    this.#listeners.tellChange(eventId, message.change);
  }

  #decode(channel: string, text: string): BusMessage | undefined {
    try {
      return decodeMessage(text);
    } catch (err) {
      this.#settings.logger.debug({ err, channel }, 'ignored what is no message');
      return undefined;
    }
  }
}
