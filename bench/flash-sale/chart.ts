import { type Bar, barCharts } from '../svg.ts';
import { type Medians, mediansOf } from './medians.ts';
import type { Results } from './results.ts';

const TITLE = 'Answers a second: refusals, reservations, and reservations by how many come at once';

/** Answers a second, in one chart per arm. */
export function chartOf(results: Results): string {
  const medians = mediansOf(results);
  return barCharts(TITLE, [
    { title: 'Refused requests a second', bars: barsFor(medians, 'refusals: ', ({ name }) => name) },
    { title: 'Reservations a second, each of a free seat', bars: barsFor(medians, 'wins: ', ({ name }) => name) },
    {
      title: 'Reservations a second, by how many are asked for at once',
      bars: barsFor(medians, 'contention', ({ connections }) => `${connections} at once`),
    },
  ]);
}

function barsFor(medians: readonly Medians[], arm: string, nameOf: (of: Medians) => string): Bar[] {
  return medians
    .filter(({ name }) => name.startsWith(arm))
    .map((of) => {
      const { perSecond, ofFloor } = of;
      const rate = Math.round(perSecond.median).toLocaleString('en');
      const note = ofFloor === null ? `${rate}/s` : `${rate}/s, ${ofFloor.median.toFixed(2)} × as many`;
      return { ...perSecond, name: nameOf(of).replace(arm, ''), value: perSecond.median, note };
    });
}
