import { type RedisServer, startRedis } from './redis.ts';
import { waitFor } from './wait-for.ts';

const MASTERS = 3;
const SLOTS = 16_384;
/** Time after which a node that does not answer counts as failing. */
const NODE_TIMEOUT_MS = 1_000;
const soon = { withinMs: 30_000 };

export interface ClusterOptions {
  /** One replica for each master, which takes over after a failure. */
  readonly replicas?: boolean;
  /** Options of every node's command line. */
  readonly settings?: readonly string[];
}

/** Three masters with a third of the slots each, optionally with replicas. */
export class RedisCluster implements AsyncDisposable {
  readonly masters: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];

  constructor(masters: readonly RedisServer[], replicas: readonly RedisServer[]) {
    this.masters = masters;
    this.replicas = replicas;
  }

  get servers(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas];
  }

  get url(): string {
    return `redis+cluster://${this.servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  /** The master of the key, according to this node. */
  async masterOf(key: string, asked: RedisServer): Promise<RedisServer> {
    const slot = Number(await asked.cli('CLUSTER', 'KEYSLOT', key));
    const ranges = (await asked.cli('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    const port = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2][1];
    const master = this.servers.find((server) => server.port === port);
    if (master === undefined) throw new Error(`no node has slot ${slot}`);
    return master;
  }

  /** Moves one slot with its keys between masters, like redis-cli. All nodes must be up. */
  async moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    const [source, target] = [await idOf(from), await idOf(to)];
    await to.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
    await from.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
    for (;;) {
      const keys = (await from.cli('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
      if (keys.length === 0) break;
      await from.cli('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'REPLACE', 'KEYS', ...keys);
    }
    for (const node of [to, from]) await node.cli('CLUSTER', 'SETSLOT', slot, 'NODE', target);
    await untilAllAgree(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

export async function startCluster({ replicas = true, settings = [] }: ClusterOptions = {}): Promise<RedisCluster> {
  const clustered = [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
    ...['--repl-diskless-sync-delay', '0', ...settings],
  ];
  const start = () => Promise.all(Array.from({ length: MASTERS }, () => startRedis(clustered)));
  const masters = await start();
  const followers = replicas ? await start() : [];
  const cluster = new RedisCluster(masters, followers);
  for (const [nth, master] of masters.entries()) {
    const [first, next] = [nth, nth + 1].map((third) => Math.floor((SLOTS * third) / MASTERS));
    await master.cli('CLUSTER', 'ADDSLOTSRANGE', first ?? 0, (next ?? 0) - 1);
  }
  for (const [nth, server] of cluster.servers.entries()) {
    await server.cli('CLUSTER', 'SET-CONFIG-EPOCH', nth + 1);
    if (nth > 0) await server.cli('CLUSTER', 'MEET', '127.0.0.1', masters[0]?.port ?? 0);
  }
  await untilAll(cluster, 'to meet', (info) => info.includes(`cluster_known_nodes:${cluster.servers.length}`));
  for (const [nth, replica] of followers.entries()) {
    await replica.cli('CLUSTER', 'REPLICATE', await idOf(masters[nth]));
  }
  await untilAll(cluster, 'to be well', (info) => info.includes('cluster_state:ok'));
  for (const replica of followers) {
    await waitFor(async () => String(await replica.cli('INFO', 'replication')).includes('master_link_status:up'), {
      ...soon,
      what: 'a replica to follow',
    });
  }
  await untilAllAgree(cluster);
  return cluster;
}

async function untilAll(cluster: RedisCluster, what: string, isSo: (info: string) => boolean): Promise<void> {
  for (const server of cluster.servers) {
    await waitFor(async () => isSo(String(await server.cli('CLUSTER', 'INFO'))), {
      ...soon,
      what: `the nodes ${what}`,
    });
  }
}

/**
 * Must be awaited after each move. A master takes a slot with an epoch above all that it knows. If the other one has a later epoch,
 * because it has just taken a slot itself, its older claim wins, and each of the two takes the other for the slot's master, for ever.
 */
async function untilAllAgree({ servers }: RedisCluster): Promise<void> {
  const areEqual = async () => new Set(await Promise.all(servers.map(viewOf))).size === 1;
  await waitFor(areEqual, { ...soon, what: 'the nodes to agree on masters, replicas, epochs and slots' });
}

/** A node's view of all nodes, without times. */
async function viewOf(server: RedisServer): Promise<string> {
  const lines = String(await server.cli('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  const nodes = lines.map((line) => {
    const [id, , flags, master, , , epoch, , ...slots] = line.replace('myself,', '').split(' ');
    return [id, flags, master, epoch, ...slots].join(' ');
  });
  return nodes.sort().join('\n');
}

async function idOf(server: RedisServer | undefined): Promise<string> {
  return String(await server?.cli('CLUSTER', 'MYID'));
}
