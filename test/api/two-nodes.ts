import type { App } from '../../src/app.ts';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { createTestDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';

export interface TwoNodes extends AsyncDisposable {
  readonly a: App;
  readonly b: App;
  readonly databaseUrl: string;
  readonly redis: RedisServer;
}

export interface TwoNodesOptions {
  /** For both nodes. */
  readonly env?: NodeJS.ProcessEnv;
  readonly payment?: PaymentProvider;
}

/** Two nodes that share only their own Postgres database and Redis. */
export async function startTwoNodes(options: TwoNodesOptions = {}): Promise<TwoNodes> {
  const redis = await startRedis();
  const nodes = await startTwoNodesOn(redis, options);
  return { ...nodes, redis };
}

/** The same with a Redis of any kind, which they own from then on. */
export async function startTwoNodesOn(
  redis: AsyncDisposable & { readonly url: string },
  { env, ...parts }: TwoNodesOptions = {},
): Promise<Omit<TwoNodes, 'redis'>> {
  const database = await createTestDatabase();
  const options = { ...parts, env: { ...env, DATABASE_URL: database.url, REDIS_URL: redis.url } };
  const [a, b] = await Promise.all([startNode(options), startNode(options)]);
  return {
    a,
    b,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
      await redis[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
