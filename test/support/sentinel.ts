import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './binaries.ts';
import { LocalServer } from './local-server.ts';
import { type RedisServer, type RedisSettings, runCommand, settingsAt, startRedis } from './redis.ts';
import { waitFor } from './wait-for.ts';

const MASTER_NAME = 'mymaster';
const SENTINELS = 3;
const REPLICAS = 2;
/** Time after which a server that does not answer counts as down. */
const DOWN_AFTER_MS = 1_000;
const soon = { withinMs: 20_000 };
/** By default replicas wait for others to join them. */
const atOnce = ['--repl-diskless-sync-delay', '0'];

/** A master, its replicas, and sentinels that promote one of these after a failure. */
export class SentinelSetup implements AsyncDisposable {
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly LocalServer[];

  constructor(servers: readonly RedisServer[], sentinels: readonly LocalServer[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  get url(): string {
    return `redis+sentinel://${this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}`;
  }

  /** The master according to the sentinels. */
  async master(): Promise<RedisServer> {
    const [, port] = (await this.ask('GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as [string, string];
    const master = this.servers.find((server) => server.port === Number(port));
    if (master === undefined) throw new Error(`none of the servers is on port ${port}`);
    return master;
  }

  /** Runs a command on the first sentinel that answers. */
  ask(...command: [string, ...(string | number)[]]): Promise<unknown> {
    return askSentinel(this.sentinels[0], command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The sentinels first, which would otherwise begin a failover.
    for (const servers of [this.sentinels, this.servers])
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

export async function startSentinelSetup(): Promise<SentinelSetup> {
  const master = await startRedis(atOnce);
  const following = [...atOnce, '--replicaof', `127.0.0.1 ${master.port}`];
  const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startRedis(following)));
  await waitFor(async () => /^connected_slaves:2\r$/m.test(String(await master.cli('INFO', 'replication'))), {
    ...soon,
    what: 'the replicas to follow',
  });
  const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => startSentinel()));
  await Promise.all(sentinels.map((sentinel) => watchMaster(sentinel, master)));
  const setup = new SentinelSetup([master, ...replicas], sentinels);
  for (const sentinel of sentinels) await waitFor(() => knowsAll(sentinel), { ...soon, what: 'the sentinels to meet' });
  return setup;
}

/** Watches no master yet. */
export async function startSentinel(given: RedisSettings = []): Promise<LocalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-sentinel-'));
  const settings = join(folder, 'sentinel.conf');
  await writeFile(settings, '');
  const sentinel = new LocalServer(
    {
      path: findRedis(),
      args: (port) => [
        settings,
        '--sentinel',
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        ...settingsAt(port, given),
      ],
      readyMessage: 'Sentinel ID is',
      stopSignal: 'SIGTERM',
      runAs: undefined,
    },
    folder,
  );
  await sentinel.startOnFreePort();
  return sentinel;
}

async function watchMaster(sentinel: LocalServer, master: RedisServer): Promise<void> {
  await askSentinel(sentinel, ['MONITOR', MASTER_NAME, '127.0.0.1', master.port, Math.ceil(SENTINELS / 2)]);
  await askSentinel(sentinel, ['SET', MASTER_NAME, 'down-after-milliseconds', DOWN_AFTER_MS]);
  await askSentinel(sentinel, ['SET', MASTER_NAME, 'failover-timeout', 5_000]);
  // Before they make a replaced master a replica, they ask it for its role twice: every 10 s by default.
  await askSentinel(sentinel, ['DEBUG', 'info-period', 1_000, 'publish-period', 500]);
}

async function knowsAll(sentinel: LocalServer): Promise<boolean> {
  const pairs = (await askSentinel(sentinel, ['MASTER', MASTER_NAME])) as string[];
  const count = (name: string) => Number(pairs[pairs.indexOf(name) + 1]);
  return count('num-slaves') === REPLICAS && count('num-other-sentinels') === SENTINELS - 1;
}

function askSentinel(sentinel: LocalServer | undefined, command: readonly (string | number)[]): Promise<unknown> {
  return runCommand(`redis://127.0.0.1:${sentinel?.port}`, ['SENTINEL', ...command]);
}
