import { type Bound, describeBounds } from '../bounds.ts';
import { tableOf } from '../table.ts';
import type { AttackName } from './options.ts';

/** What one attack did. */
export interface Damage {
  readonly name: AttackName;
  /** By the attacker. */
  readonly told: string;
  /** The longest turn of the server's event loop, as far as it was computing. */
  readonly blockedMs: number;
  /** The longest that a health check took, what else the machine did included. */
  readonly healthMs: number;
  /** Of the server's resident set, at most. */
  readonly grownMb: number;
  /** Of the buyers' reservations beside the attack, and without it. */
  readonly medianMs: number;
  readonly floorMs: number;
  readonly factor: number;
  /** Of the buyers, beside the attack, and how many had their seat. */
  readonly attempts: number;
  readonly won: number;
  /** That an identity provider was made to send. */
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
