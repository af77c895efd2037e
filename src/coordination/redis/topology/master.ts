import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { reservationKeyspace } from '../keys.ts';
import { defineScripts } from '../scripts.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { isRedirection } from './client.ts';
import type { Connection } from './connection.ts';
import type { RedisHealth } from './health.ts';
import { expectRights, hasShardedPubSub, type NotificationFlags } from './preparation.ts';

/** What a master tells. */
export interface MasterListener {
  /** There is a new connection for subscriptions, without any. Asked again until it does not reject. */
  onSubscribable(master: Master): Promise<void>;
  /** It has ended some of the subscriptions by itself, as it no longer has their slots. */
  onUnsubscribed(master: Master): void;
  onMessage(channel: string, text: string): void;
  onKeyspaceEvent(channel: string, happened: string): void;
}

export interface MasterSettings {
  /** Begins one more connection to it. */
  readonly connect: () => Redis;
  /** Where it is, if it is one of a cluster's. */
  readonly shard?: string;
  /** It was asked for what another has. */
  readonly onRedirected: (master: Master) => void;
  readonly listener: MasterListener;
  readonly health: RedisHealth;
  readonly flags: NotificationFlags;
  readonly logger: Logger;
}

/**
 * One Redis that takes writes, and what is known of its health. By two connections, because one that Redis pushes messages to
 * must not wait behind commands.
 */
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

  /** What a buyer waits for. Rejects if the work does, if it takes too long, and at once while this Redis is left alone. */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return this.#breaker.run(() => this.#noticingRedirections(work(this.#commands)));
  }

  async publish(channel: string, text: string): Promise<void> {
    const redis = this.#commands;
    await this.#noticingRedirections(
      this.#hasShardedPubSub ? redis.spublish(channel, text) : redis.publish(channel, text),
    );
  }

  /** Resolves once every later message will be heard. Where it rejects, one of the listener's calls follows that do it again. */
  async subscribe(channels: readonly string[]): Promise<void> {
    const redis = this.#subscriptions;
    try {
      // One at a time where channels of several slots must not be in one command.
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

  /** Ends the subscription to a channel that now belongs to another master: Redis itself does so where channels have one. */
  async leave(channel: string): Promise<void> {
    if (!this.#hasShardedPubSub) await this.#subscriptions.unsubscribe(channel);
  }

  /** Has keys of one event noticed that are over. Gives what each has left in milliseconds, 0 or less if there is no such key. */
  touch(keys: readonly string[]): Promise<readonly number[]> {
    return this.#noticingRedirections(this.#commands.hfTouch(keys.length, ...keys));
  }

  /** Which master has which slots, as this one knows it: the answer to CLUSTER SLOTS. */
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
