import type { Spread } from '../statistics.ts';
import { type Bar, barCharts } from '../svg.ts';
import { type AllResults, type Medians, mediansOf } from './medians.ts';
import { CONTENDERS } from './options.ts';

const TITLE =
  'Schemes side by side: grants and refusals a second, time until sold out, and how late expired seats are free';

export function chartOf(results: AllResults): string {
  const medians = mediansOf(results);
  const rate = (value: number) => `${Math.round(value).toLocaleString('en')}/s`;
  return barCharts(TITLE, [
    { title: 'Grants a second, each of a free seat', bars: barsFor(medians, (of) => of.grantsPerSecond, rate) },
    { title: 'Refusals a second', bars: barsFor(medians, (of) => of.refusalsPerSecond, rate) },
    {
      title: 'Seconds until everything is sold',
      bars: barsFor(
        medians,
        (of) => of.soldOutSeconds,
        (value) => `${value.toFixed(2)} s`,
      ),
    },
    {
      title: 'Seconds until an expired seat can be had again',
      bars: barsFor(
        medians,
        (of) => inSeconds(of.lateMs),
        (value) => `${value.toFixed(value < 1 ? 3 : 0)} s`,
      ),
    },
  ]);
}

function barsFor(
  medians: readonly Medians[],
  pick: (of: Medians) => Spread | null,
  noteOf: (value: number) => string,
): Bar[] {
  return medians.flatMap((of) => {
    const spread = pick(of);
    if (spread === null) return [];
    return [{ ...spread, name: CONTENDERS[of.name], value: spread.median, note: noteOf(spread.median) }];
  });
}

function inSeconds(ms: Spread | null): Spread | null {
  return ms && { median: ms.median / 1000, least: ms.least / 1000, most: ms.most / 1000 };
}
