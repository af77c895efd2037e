import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { type FaultKind, faultOf, nodeFaults } from './faults.ts';
import type { Rig } from './rig.ts';

export interface NemesisSettings {
  readonly rig: Rig;
  readonly random: Random;
  /** In this order, one after the other. */
  readonly kinds: readonly FaultKind[];
  /** Between two faults, on average. */
  readonly gapMs: number;
}

/** A fault that was: by the harness' clock. */
export interface PastFault {
  readonly kind: FaultKind;
  /** The number of the node that it happened to; null if it was to all. */
  readonly target: number | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Lets things go wrong and puts each right again. */
export async function haunt({ rig, random, kinds, gapMs }: NemesisSettings): Promise<PastFault[]> {
  const past: PastFault[] = [];
  for (const kind of kinds) {
    await sleep(random.between(0, 2 * gapMs));
    const target = random.below(rig.nodes.length);
    const fault = faultOf(kind, { rig, target, random });
    const fromMs = performance.now();
    await fault.begin();
    await sleep(fault.forMs);
    await fault.end();
    past.push({ kind, target: kind in nodeFaults ? target : null, fromMs, toMs: performance.now() });
  }
  return past;
}
