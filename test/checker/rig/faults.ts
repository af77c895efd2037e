import { waitFor } from '../../support/wait-for.ts';
import type { Random } from '../random.ts';
import type { Link } from './link.ts';
import type { CheckedNode } from './node.ts';
import type { Rig } from './rig.ts';

/** Something that goes wrong, and is put right again. */
export interface Fault {
  begin(): unknown;
  end(): unknown;
  /** How long it lasts, in milliseconds. */
  readonly forMs: number;
}

const atOnce = () => {};

/** What happens to one node, or between it and others. */
export const nodeFaults = {
  'node killed': (node, random) => ({
    begin: () => node.crash(),
    end: () => startAgain(node),
    forMs: random.between(0, 500),
  }),
  'node stopped': (node, random) => ({
    begin: () => node.stop(),
    end: () => startAgain(node),
    forMs: random.between(0, 500),
  }),
  'node frozen': (node, random) => ({
    begin: () => node.freeze(),
    end: () => node.thaw(),
    forMs: random.between(200, 2_500),
  }),
  'clock set': (node, random) => {
    const offsetMs = random.pick([-3_600_000, -60_000, -1_500, 1_500, 60_000, 3_600_000]);
    return { begin: () => node.setClock(offsetMs), end: atOnce, forMs: random.between(500, 1_500) };
  },
  'connections to the store cut': ({ toStore }) => ({ begin: () => toStore.cut(), end: atOnce, forMs: 0 }),
  'connections to Redis cut': ({ toRedis }) => ({ begin: () => toRedis.cut(), end: atOnce, forMs: 0 }),
  'connections to the store half open': ({ toStore }, random) => halfOpen(toStore, random),
  'connections to Redis half open': ({ toRedis }, random) => halfOpen(toRedis, random),
} satisfies Record<string, (node: CheckedNode, random: Random) => Fault>;

/** What happens to all nodes at once. */
const sharedFaults = {
  'Redis killed': ({ redis }, random) => ({
    begin: () => redis.master.kill(),
    end: () => redis.master.start(),
    forMs: random.between(0, 2_000),
  }),
  'Redis flushed': ({ redis }) => ({ begin: () => redis.master.flush(), end: atOnce, forMs: 0 }),
  'Redis frozen': ({ redis }, random) => ({
    begin: () => redis.master.pause(),
    end: () => redis.master.resume(),
    forMs: random.between(100, 2_500),
  }),
  // As replication lags behind, the last that was written is lost.
  'Redis failed over': ({ redis, nodes }, random) => ({
    begin: () => redis.part(),
    end: async () => {
      await redis.failOver();
      for (const { toRedis } of nodes) toRedis.leadTo(redis.master.port);
    },
    forMs: random.between(0, 1_000),
  }),
  'store restarted': ({ postgres }, random) => ({
    begin: () => postgres.kill(),
    end: () => postgres.start(),
    forMs: random.between(0, 800),
  }),
  'store frozen': ({ postgres }, random) => ({
    begin: () => postgres.pause(),
    end: () => postgres.resume(),
    forMs: random.between(100, 2_500),
  }),
} satisfies Record<string, (rig: Rig, random: Random) => Fault>;

export type FaultKind = keyof typeof nodeFaults | keyof typeof sharedFaults;

export const faultNames = [...Object.keys(nodeFaults), ...Object.keys(sharedFaults)] as FaultKind[];

export interface FaultParts {
  readonly rig: Rig;
  /** The number of the node it happens to, if it happens to one. */
  readonly target: number;
  readonly random: Random;
}

export function faultOf(kind: FaultKind, { rig, target, random }: FaultParts): Fault {
  if (!isOfNode(kind)) return sharedFaults[kind](rig, random);
  const node = rig.nodes[target];
  if (node === undefined) throw new RangeError(`there is no node ${target}`);
  return nodeFaults[kind](node, random);
}

function isOfNode(kind: FaultKind): kind is keyof typeof nodeFaults {
  return kind in nodeFaults;
}

/** Silent for a while; then either what was held up gets through after all, or the connections are lost. */
function halfOpen(link: Link, random: Random): Fault {
  const isLost = random.chance(0.5);
  const end = () => {
    link.resume();
    if (isLost) link.cut();
  };
  return { begin: () => link.silence(), end, forMs: random.between(200, 2_500) };
}

/** It cannot while what it needs is gone itself. */
async function startAgain(node: CheckedNode): Promise<void> {
  const start = async () => {
    await node.startAgain();
    return true;
  };
  await waitFor(start, { withinMs: 60_000, what: 'a killed node to start again' });
}
