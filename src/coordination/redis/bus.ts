import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Bus, BusListener, EventChange } from '../coordination.ts';
import { EventListeners } from '../event-listeners.ts';
import { changesChannel, eventOfChannel } from './keys.ts';
import { type BusMessage, decodeMessage, encodeMessage, inParts, ReceivedCounters } from './messages.ts';
import type { Master } from './topology/master.ts';
import type { Topology } from './topology/topology.ts';

/** Events whose counter this node keeps. One that was forgotten starts again at 1, which readers take for a gap. */
const MAX_SENT_COUNTERS = 10_000;

interface Sent {
  counter: number;
  /** A message did not get out, and none has since that would let readers notice. */
  isUnheard: boolean;
}

export interface RedisBusSettings {
  readonly masters: Topology;
  readonly logger: Logger;
  /** This node, in this one of its starts: messages are counted by it. */
  readonly sender: string;
}

/** This node's own listeners are told directly, whatever state Redis is in; what comes back of its own is dropped. */
export class RedisBus implements Bus {
  readonly #settings: RedisBusSettings;
  readonly #listeners = new EventListeners();
  /** Where this node is subscribed to the events that it listens to. */
  readonly #subscribedAt = new Map<string, Master>();
  readonly #received = new ReceivedCounters();
  readonly #sent = new LRUCache<string, Sent>({ max: MAX_SENT_COUNTERS });

  constructor(settings: RedisBusSettings) {
    this.#settings = settings;
  }

  async publish(eventId: string, change: EventChange): Promise<void> {
    this.#listeners.tellChangeSoon(eventId, change);
    for (const part of inParts(change)) this.#send(eventId, part);
  }

  async subscribe(eventId: string, listener: BusListener): Promise<AsyncDisposable> {
    const stop = this.#listeners.add(eventId, listener);
    const master = this.#masterOf(eventId);
    if (master !== undefined) await this.#subscribeAt(master, [eventId]).catch(this.#later);
    return {
      [Symbol.asyncDispose]: async () => {
        stop();
        if (!this.#listeners.has(eventId)) await this.#unsubscribe(eventId);
      },
    };
  }

  /** On a new connection to this master for subscriptions. Rejects if it must be done again. */
  async resubscribe(master: Master): Promise<void> {
    this.forget(master);
    await this.#takeUp(
      master,
      this.#listeners.eventIds.filter((eventId) => this.#masterOf(eventId) === master),
    );
  }

  /** Some of the subscriptions at this master are no more, and nobody knows which. */
  forget(master: Master): void {
    for (const [eventId, at] of this.#subscribedAt) if (at === master) this.#subscribedAt.delete(eventId);
  }

  /** Takes up what has moved to another master. One that cannot be subscribed to yet calls for it by `resubscribe`. */
  async follow(): Promise<void> {
    for (const eventId of this.#listeners.eventIds) {
      const master = this.#masterOf(eventId);
      const at = this.#subscribedAt.get(eventId);
      if (master?.isSubscribable !== true || at === master) continue;
      await at?.leave(changesChannel(eventId)).catch(this.#later);
      await this.#takeUp(master, [eventId]).catch(this.#later);
    }
  }

  /** On a new connection for commands, or a new place for an event: an empty message lets the readers' counters show what they have missed. */
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
    const unheard = (err: unknown) => {
      sent.isUnheard = true;
      this.#settings.logger.debug({ err, eventId }, 'a change could not be published');
    };
    const master = this.#masterOf(eventId);
    if (master === undefined) unheard(new Error('no master of the event is known'));
    else master.publish(changesChannel(eventId), text).catch(unheard);
  }

  #masterOf(eventId: string): Master | undefined {
    return this.#settings.masters.of(changesChannel(eventId));
  }

  async #takeUp(master: Master, eventIds: readonly string[]): Promise<void> {
    await this.#subscribeAt(master, eventIds);
    for (const eventId of eventIds) {
      if (this.#listeners.has(eventId)) this.#listeners.tellGap(eventId);
      else await this.#unsubscribe(eventId);
    }
  }

  async #subscribeAt(master: Master, eventIds: readonly string[]): Promise<void> {
    await master.subscribe(eventIds.map(changesChannel));
    for (const eventId of eventIds) this.#subscribedAt.set(eventId, master);
  }

  async #unsubscribe(eventId: string): Promise<void> {
    const master = this.#subscribedAt.get(eventId);
    this.#subscribedAt.delete(eventId);
    await master?.unsubscribe(changesChannel(eventId)).catch((err: unknown) => {
      this.#settings.logger.debug({ err, eventId }, 'unsubscribed by losing the connection');
    });
  }

  /** Masters call for it again. */
  readonly #later = (err: unknown): void => {
    this.#settings.logger.debug({ err }, 'a subscription has to wait');
  };

  /** From Redis. */
  onMessage(channel: string, text: string): void {
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
