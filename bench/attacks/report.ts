import { type Bound, describeBounds } from '../bounds.ts';
import { tableOf } from '../table.ts';
import type { AttackName } from './options.ts';

/** The effect of one attack. */
export interface Damage {
  readonly name: AttackName;
  /** The attacker's description of its result. */
  readonly told: string;
  /** CPU time of the longest turn of the server's event loop. */
  readonly blockedMs: number;
  /** Duration of the slowest health check, including waits for the machine. */
  readonly healthMs: number;
  /** Largest growth of the server's resident set. */
  readonly grownMb: number;
  /** Median duration of the buyers' reservations, during the attack and without it. */
  readonly medianMs: number;
  readonly floorMs: number;
  readonly factor: number;
  /** Reservations of the buyers during the attack, and those that got their seat. */
  readonly attempts: number;
  readonly won: number;
  /** Megabytes that the identity provider has sent. */
  readonly keyListMb: number;
}

export function boundsOf({ name, blockedMs, grownMb, factor }: Damage): Bound[] {
  return [
    { name: `${name}: ms of the event loop at a time`, value: blockedMs, most: 100 },
    { name: `${name}: MB`, value: grownMb, most: 300 },
    { name: `${name}: median of reservations, of that without`, value: factor, most: 1.5 },
  ];
}

export function reportOf(damages: readonly Damage[], bounds: readonly Bound[]): string {
  const heads = ['attack', 'loop ms', 'health ms', 'MB', 'median ms', 'without', 'factor', 'had their seat'];
  const rows = damages.map((damage) => [
    damage.name,
    String(damage.blockedMs),
    String(damage.healthMs),
    String(damage.grownMb),
    damage.medianMs.toFixed(1),
    damage.floorMs.toFixed(1),
    damage.factor.toFixed(2),
    `${damage.won} of ${damage.attempts}`,
  ]);
  const told = damages.map(({ name, told }) => `${name}: ${told}`).join('\n');
  return [tableOf(heads, rows), told, describeBounds(bounds), ''].join('\n\n');
}
