import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedis } from './binaries.ts';
import { LocalServer } from './local-server.ts';

/** A new Redis with default settings, except that it writes nothing to disk: a restart empties it. */
export class RedisServer extends LocalServer {
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Runs one command like redis-cli: `cli('SET', 'key', 'value')`. */
  cli(...command: [name: string, ...args: (string | number)[]]): Promise<unknown> {
    return runCommand(this.url, command);
  }

  async flush(): Promise<void> {
    await this.cli('FLUSHALL');
  }
}

/** The operations that are possible on a shared Redis. */
export type TestRedis = Pick<RedisServer, 'url' | 'cli' | typeof Symbol.asyncDispose>;

/** Options of the command line, `'--maxmemory', '1mb'`, which may depend on the port. */
export type RedisSettings = readonly string[] | ((port: number) => readonly string[]);

/**
 * For tests that stop, kill, pause or flush it.
 * @param settings override those for tests
 */
export async function startRedis(settings: RedisSettings = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const server = new RedisServer(
    {
      path: findRedis(),
      args: (port) => [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        ...settingsAt(port, settings),
      ],
      readyMessage: 'Ready to accept connections',
      stopSignal: 'SIGTERM',
      runAs: undefined,
    },
    folder,
  );
  await server.startOnFreePort();
  return server;
}

export function settingsAt(port: number, settings: RedisSettings): readonly string[] {
  return typeof settings === 'function' ? settings(port) : settings;
}

/** For all other tests: the Redis of `TEST_REDIS_URL`, or a new one. */
export async function testRedis(): Promise<TestRedis> {
  const url = process.env.TEST_REDIS_URL;
  if (url === undefined) return startRedis();
  return { url, cli: (...command) => runCommand(url, command), [Symbol.asyncDispose]: async () => {} };
}

/** Runs one command on the Redis or sentinel at this URL. */
export async function runCommand(url: string, [name = '', ...args]: readonly (string | number)[]): Promise<unknown> {
  // Does not wait for a server that is down.
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  // The command rejects as well. Without a listener ioredis would print the error.
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await redis.call(String(name), ...args);
  } finally {
    redis.disconnect();
  }
}
