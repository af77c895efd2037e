import type { Logger } from 'pino';
import type { Bus, BusListener } from '../coordination.ts';
import { changesChannel, nameOfChannel } from './keys.ts';
import type { Master } from './topology/master.ts';
import type { Topology } from './topology/topology.ts';

export interface RedisBusSettings {
  readonly masters: Topology;
  readonly logger: Logger;
}

/** Redis pub/sub. A channel belongs to the master that has the slot of its name. */
export class RedisBus implements Bus {
  readonly #masters: Topology;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Set<BusListener>>();
  /** The master at which this node is subscribed to each channel. */
  readonly #subscribedAt = new Map<string, Master>();

  constructor({ masters, logger }: RedisBusSettings) {
    this.#masters = masters;
    this.#logger = logger;
  }

  publish(name: string, text: string): void {
    const unheard = (err: unknown) => this.#logger.debug({ err, channel: name }, 'a message could not be published');
    const master = this.#masterOf(name);
    if (master === undefined) unheard(new Error('no master of the channel is known'));
    else master.publish(changesChannel(name), text).catch(unheard);
  }

  async subscribe(name: string, { onMessage, onGap }: BusListener): Promise<AsyncDisposable> {
    // A new object, because one listener may subscribe twice.
    const listener = { onMessage, onGap };
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    const master = this.#masterOf(name);
    if (master !== undefined) await this.#subscribeAt(master, [name]).catch(this.#later);
    return {
      [Symbol.asyncDispose]: async () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        this.#listeners.delete(name);
        await this.#unsubscribe(name);
      },
    };
  }

  /** To be called for a new connection for subscriptions to the master. Rejects if it must be called again. */
  async resubscribe(master: Master): Promise<void> {
    this.forget(master);
    await this.#takeUp(
      master,
      [...this.#listeners.keys()].filter((name) => this.#masterOf(name) === master),
    );
  }

  /** Some of the subscriptions at this master have ended, and it is not known which. */
  forget(master: Master): void {
    for (const [name, at] of this.#subscribedAt) if (at === master) this.#subscribedAt.delete(name);
  }

  /** Subscribes to channels that have moved to another master. A master that is not subscribable yet leads to `resubscribe` later. */
  async follow(): Promise<void> {
    for (const name of this.#listeners.keys()) {
      const master = this.#masterOf(name);
      const at = this.#subscribedAt.get(name);
      if (master?.isSubscribable !== true || at === master) continue;
      await at?.leave(changesChannel(name)).catch(this.#later);
      await this.#takeUp(master, [name]).catch(this.#later);
    }
  }

  /** From Redis. */
  onMessage(channel: string, text: string): void {
    for (const listener of this.#listeners.get(nameOfChannel(channel) ?? '') ?? []) listener.onMessage(text);
  }

  #masterOf(name: string): Master | undefined {
    return this.#masters.of(changesChannel(name));
  }

  async #takeUp(master: Master, names: readonly string[]): Promise<void> {
    await this.#subscribeAt(master, names);
    for (const name of names) {
      const listeners = this.#listeners.get(name);
      if (listeners === undefined) await this.#unsubscribe(name);
      else for (const listener of listeners) listener.onGap();
    }
  }

  async #subscribeAt(master: Master, names: readonly string[]): Promise<void> {
    await master.subscribe(names.map(changesChannel));
    for (const name of names) this.#subscribedAt.set(name, master);
  }

  async #unsubscribe(name: string): Promise<void> {
    const master = this.#subscribedAt.get(name);
    this.#subscribedAt.delete(name);
    await master?.unsubscribe(changesChannel(name)).catch((err: unknown) => {
      this.#logger.debug({ err, channel: name }, 'unsubscribed by losing the connection');
    });
  }

  /** The masters' listeners lead to another attempt. */
  readonly #later = (err: unknown): void => {
    this.#logger.debug({ err }, 'a subscription has to wait');
  };
}
