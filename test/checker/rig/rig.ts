import { resolve } from 'node:path';
import { AsyncStack } from '../../../src/async-stack.ts';
import type { Database } from '../../../src/store/engine/database.ts';
import { openDatabase } from '../../../src/store/engine/open.ts';
import { readClock } from '../../../src/store/queries/event-state.ts';
import { recordHandled, startConsumerNode } from '../../consumers/consumer-node.ts';
import { recordSeatHistory } from '../../realtime/seat-history.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { type ClockOffset, measureOffset } from '../history/clock.ts';
import { CheckedNode } from './node.ts';
import { nodeEnv } from './policy.ts';
import { RedisPair } from './redis-pair.ts';

export interface RigSettings {
  /** Where `dist/` is. */
  readonly program: string;
  readonly nodeCount: number;
  /** The folder where the nodes' logs are kept, if that is wanted. */
  readonly logs?: string | undefined;
}

/** Beside the nodes: what they would use is the same for whatever consumes the change log. They fail and die by themselves. */
const consumers = ['one consumer', 'the other consumer'];

/** Nodes, a store and a Redis that a run has to itself, and may break. */
export class Rig implements AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly redis: RedisPair;
  readonly nodes: readonly CheckedNode[];
  readonly databaseUrl: string;
  /** Straight to the store, past all links. */
  readonly store: Database;
  readonly #resources: AsyncStack;

  private constructor(
    parts: Pick<Rig, 'postgres' | 'redis' | 'nodes' | 'databaseUrl' | 'store'>,
    resources: AsyncStack,
  ) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.nodes = parts.nodes;
    this.databaseUrl = parts.databaseUrl;
    this.store = parts.store;
    this.#resources = resources;
  }

  static async start({ program, nodeCount, logs }: RigSettings): Promise<Rig> {
    const resources = new AsyncStack();
    try {
      const postgres = resources.use(await startPostgres());
      const redis = resources.use(await RedisPair.start());
      const databaseUrl = await postgres.createDatabase();
      const store = resources.use(await openDatabase({ kind: 'postgres', url: databaseUrl, poolSize: 2 }));
      await store.migrate();
      await recordSeatHistory(store);
      const nodes: CheckedNode[] = [];
      for (let nth = 0; nth < nodeCount; nth += 1) {
        const settings = { program, databaseUrl, redisUrl: redis.master.url, env: nodeEnv };
        const logFile = logs && resolve(logs, `node-${nth}.log`);
        nodes.push(resources.use(await CheckedNode.start({ ...settings, logFile })));
      }
      await recordHandled(store);
      const startConsumer = async (node: string) => {
        const settings = { node, databaseUrl, program: resolve(program, 'dist'), extension: 'js' as const };
        const server = await startConsumerNode({ ...settings, takesMs: 5, failsAt: 0.1, diesAt: 0.01 });
        resources.defer(async () => {
          await server.kill();
          await server[Symbol.asyncDispose]();
        });
      };
      await Promise.all(consumers.map(startConsumer));
      return new Rig({ postgres, redis, nodes, databaseUrl, store }, resources);
    } catch (error) {
      await resources[Symbol.asyncDispose]();
      throw error;
    }
  }

  measureClock(): Promise<ClockOffset> {
    return measureOffset(() => readClock(this.store));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources[Symbol.asyncDispose]();
  }
}
