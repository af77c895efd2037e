import { type Bar, barsHeight, barsOf, svgOf } from '../svg.ts';
import { type Medians, mediansOf } from './medians.ts';
import type { Results } from './results.ts';

const TITLE = 'Answers a second: refusals, reservations, and reservations by how many come at once';

/** Answers a second, in one chart per arm. */
export function chartOf(results: Results): string {
  const medians = mediansOf(results);
  const charts = [
    { title: 'Refused requests a second', bars: barsFor(medians, 'refusals: ', ({ name }) => name) },
    { title: 'Reservations a second, each of a free seat', bars: barsFor(medians, 'wins: ', ({ name }) => name) },
    {
      title: 'Reservations a second, by how many are asked for at once',
      bars: barsFor(medians, 'contention', ({ connections }) => `${connections} at once`),
    },
  ].filter(({ bars }) => bars.length > 0);
  const parts: string[] = [];
  let y = 10;
  for (const { title, bars } of charts) {
    parts.push(barsOf(bars, { x: 20, y, width: 760, title }));
    y += barsHeight(bars.length) + 10;
  }
  return svgOf(TITLE, 800, y, parts);
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
