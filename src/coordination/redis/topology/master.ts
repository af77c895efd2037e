import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { reservationKeyspace } from '../keys.ts';
import { defineScripts } from '../scripts.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { isRedirection } from './client.ts';
import type { Connection } from './connection.ts';
import type { RedisHealth } from './health.ts';
import { expectRights, hasShardedPubSub, type NotificationFlags } from './preparation.ts';

/** Listens to a master. */
export interface MasterListener {
  /** A new connection for subscriptions is open, which has none yet. Called again until it does not reject. */
  onSubscribable(master: Master): Promise<void>;
  /** The master has ended some subscriptions, because it no longer has their slots. */
  onUnsubscribed(master: Master): void;
  onMessage(channel: string, text: string): void;
  onKeyspaceEvent(channel: string, happened: string): void;
}

export interface MasterSettings {
  /** Opens another connection to it. */
  readonly connect: () => Redis;
  /** Its address, if it belongs to a cluster. */
  readonly shard?: string;
  /** It has redirected a request to another master. */
  readonly onRedirected: (master: Master) => void;
  readonly listener: MasterListener;
  readonly health: RedisHealth;
  readonly flags: NotificationFlags;
  readonly logger: Logger;
}

/** One Redis that takes writes, with its health. It has two connections, so that pushed messages do not wait behind commands. */
export class Master implements AsyncDisposable {
  readonly #settings: MasterSettings;
  readonly #commands: Redis;
  readonly #subscriptions: Redis;
  readonly #requests: Connection;
  readonly #pushes: Connection;
  readonly #breaker: CircuitBreaker;
  #hasShardedPubSub = false;

  constructor(settings: MasterSettings) {
    this.#settings = settings;
    const { connect, shard, health, listener, flags, logger } = settings;
    this.#commands = connect();
    this.#subscriptions = connect();
    defineScripts(this.#commands);
    this.#listen();
    this.#requests = health.watch(
      this.#commands,
      async () => {
        await this.#learnPubSub(this.#commands);
        if (shard === undefined) await expectRights(this.#commands);
        await flags.enable(this.#commands);
      },
      shard,
    );
    this.#pushes = health.watch(
      this.#subscriptions,
      async () => {
        await this.#learnPubSub(this.#subscriptions);
        await this.#subscriptions.psubscribe(reservationKeyspace(this.#subscriptions.options.db ?? 0));
        await listener.onSubscribable(this);
      },
      shard,
    );
    this.#breaker = new CircuitBreaker(() => this.#requests.isUp, logger);
  }

  get isUp(): boolean {
    return this.#requests.isUp;
  }

  get isSubscribable(): boolean {
    return this.#pushes.isUp;
  }

  /** For what a buyer waits for. Rejects if the work does or takes too long, and at once while the circuit breaker is open. */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return this.#breaker.run(() => this.#noticingRedirections(work(this.#commands)));
  }

  async publish(channel: string, text: string): Promise<void> {
    const redis = this.#commands;
    await this.#noticingRedirections(
      this.#hasShardedPubSub ? redis.spublish(channel, text) : redis.publish(channel, text),
    );
  }

  /** Resolves once subscribed. If it rejects, a call of the listener follows that leads to another attempt. */
  async subscribe(channels: readonly string[]): Promise<void> {
    const redis = this.#subscriptions;
    try {
      // One command for each channel, because channels of several slots must not be in one.
      if (this.#hasShardedPubSub) await Promise.all(channels.map((channel) => redis.ssubscribe(channel)));
      else if (channels.length > 0) await redis.subscribe(...channels);
    } catch (error) {
      if (isRedirection(error)) this.#settings.onRedirected(this);
      else this.#pushes.distrust(error);
      throw error;
    }
  }

  async unsubscribe(channel: string): Promise<void> {
    const redis = this.#subscriptions;
    await (this.#hasShardedPubSub ? redis.sunsubscribe(channel) : redis.unsubscribe(channel));
  }

  /** Ends the subscription to a channel that now belongs to another master. Redis itself ends those of sharded channels. */
  async leave(channel: string): Promise<void> {
    if (!this.#hasShardedPubSub) await this.#subscriptions.unsubscribe(channel);
  }

  /** Touches keys of one event, so that Redis notices expired ones. Returns their TTLs in milliseconds, 0 or less if there is no such key. */
  touch(keys: readonly string[]): Promise<readonly number[]> {
    return this.#noticingRedirections(this.#commands.hfTouch(keys.length, ...keys));
  }

  /** This node's answer to CLUSTER SLOTS. */
  clusterSlots(): Promise<unknown> {
    return this.#commands.cluster('SLOTS');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { health } = this.#settings;
    await Promise.all([health.forget(this.#requests), health.forget(this.#pushes)]);
  }

  #listen(): void {
    const { listener, onRedirected } = this.#settings;
    const redis = this.#subscriptions;
    redis.on('pmessage', (_pattern: string, channel: string, happened: string) =>
      listener.onKeyspaceEvent(channel, happened),
    );
    redis.on('message', (channel: string, text: string) => listener.onMessage(channel, text));
    redis.on('smessage', (channel: string, text: string) => listener.onMessage(channel, text));
    redis.on('moved', () => {
      listener.onUnsubscribed(this);
      onRedirected(this);
    });
  }

  async #learnPubSub(redis: Redis): Promise<void> {
    if (this.#settings.shard !== undefined) this.#hasShardedPubSub = await hasShardedPubSub(redis);
  }

  async #noticingRedirections<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (isRedirection(error)) this.#settings.onRedirected(this);
      throw error;
    }
  }
}
