import { type RedisServer, startRedis } from '../../support/redis.ts';

/** A replica would otherwise be kept waiting for others to join it. */
const atOnce = ['--repl-diskless-sync-delay', '0'];

/** A Redis and a replica that can take its place. What happens to Redis happens to the one that has it. */
export class RedisPair implements AsyncDisposable {
  #master: RedisServer;
  #replica: RedisServer;

  private constructor(master: RedisServer, replica: RedisServer) {
    this.#master = master;
    this.#replica = replica;
  }

  static async start(): Promise<RedisPair> {
    const master = await startRedis(atOnce);
    const pair = new RedisPair(master, await startRedis(atOnce));
    await pair.#follow();
    return pair;
  }

  get master(): RedisServer {
    return this.#master;
  }

  /** From now on the replica misses what is written. */
  async part(): Promise<void> {
    await this.#replica.cli('REPLICAOF', 'NO', 'ONE');
  }

  /** The master is gone, and the replica stands in its place, as it was when they parted. The old one follows it from now on. */
  async failOver(): Promise<void> {
    await this.#master.kill();
    [this.#master, this.#replica] = [this.#replica, this.#master];
    await this.#replica.start();
    await this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replica[Symbol.asyncDispose]();
    await this.#master[Symbol.asyncDispose]();
  }

  async #follow(): Promise<void> {
    await this.#replica.cli('REPLICAOF', '127.0.0.1', this.#master.port);
  }
}
