import type { ConfirmFigures } from './confirms.ts';
import type { OverlapFigures } from './overlaps.ts';
import type { RefusalsFigures } from './refusals.ts';
import type { SaleFigures } from './sale.ts';
import type { ContentionRound, WinsRound } from './wins.ts';

/** Results of the arms that ran. */
export interface Results {
  refusals?: RefusalsFigures;
  /** With many connections, and with few. */
  sale?: readonly SaleFigures[];
  wins?: readonly WinsRound[];
  contention?: readonly ContentionRound[];
  overlaps?: OverlapFigures;
  confirms?: ConfirmFigures;
}

/** Of all arms. */
export function disagreementsIn({ refusals, sale, wins, contention, overlaps, confirms }: Results): string[] {
  const checked = [
    refusals,
    ...(sale ?? []),
    ...(wins ?? []).flatMap(({ holdfast, textbook }) => [holdfast, textbook]),
    ...(contention ?? []).flatMap((round) => Object.values(round)),
    overlaps,
    confirms,
  ];
  return checked.flatMap((figures) => figures?.disagreements ?? []);
}
