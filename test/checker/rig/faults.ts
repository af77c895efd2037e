import { waitFor } from '../../support/wait-for.ts';
import type { Random } from '../random.ts';
import type { CheckedNode } from './node.ts';
import type { Rig } from './rig.ts';

/** Something that goes wrong, and is put right again. */
export interface Fault {
  begin(): unknown;
  end(): unknown;
  /** How long it lasts, in milliseconds. */
  readonly forMs: number;
}

type MakeFault = (rig: Rig, random: Random) => Fault;

const atOnce = () => {};

/** Each kind of fault by its name. Those that happen to one node happen to a random one. */
export const faultKinds = {
  'node killed': (rig, random) => {
    const node = random.pick(rig.nodes);
    return { begin: () => node.crash(), end: () => startAgain(node), forMs: random.between(0, 500) };
  },
  'node frozen': (rig, random) => {
    const node = random.pick(rig.nodes);
    return { begin: () => node.freeze(), end: () => node.thaw(), forMs: random.between(200, 2_500) };
  },
  'clock of a node set': (rig, random) => {
    const node = random.pick(rig.nodes);
    const offsetMs = random.pick([-3_600_000, -60_000, -1_500, 1_500, 60_000, 3_600_000]);
    return { begin: () => node.setClock(offsetMs), end: atOnce, forMs: random.between(500, 1_500) };
  },
  'Redis killed': ({ redis }, random) => ({
    begin: () => redis.kill(),
    end: () => redis.start(),
    forMs: random.between(0, 2_000),
  }),
  'Redis flushed': ({ redis }) => ({ begin: () => redis.flush(), end: atOnce, forMs: 0 }),
  'Redis frozen': ({ redis }, random) => ({
    begin: () => redis.pause(),
    end: () => redis.resume(),
    forMs: random.between(100, 2_500),
  }),
  'store restarted': ({ postgres }, random) => ({
    begin: () => postgres.kill(),
    end: () => postgres.start(),
    forMs: random.between(0, 800),
  }),
  'connections to the store cut': (rig, random) => {
    const { toStore } = random.pick(rig.nodes);
    return { begin: () => toStore.cut(), end: atOnce, forMs: 0 };
  },
  'connections to Redis cut': (rig, random) => {
    const { toRedis } = random.pick(rig.nodes);
    return { begin: () => toRedis.cut(), end: atOnce, forMs: 0 };
  },
  'connections to the store half open': (rig, random) => halfOpen(random.pick(rig.nodes).toStore, random),
  'connections to Redis half open': (rig, random) => halfOpen(random.pick(rig.nodes).toRedis, random),
} satisfies Record<string, MakeFault>;

export type FaultKind = keyof typeof faultKinds;

export const faultNames = Object.keys(faultKinds) as FaultKind[];

/** Silent for a while; then either what was held up gets through after all, or the connections are lost. */
function halfOpen(link: CheckedNode['toStore'], random: Random): Fault {
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
