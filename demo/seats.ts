import { type Arc, at, blocks, degreesOf, spread } from './arcs.ts';
import { aisleWidth, balcony, boxes, seatPitch, stalls, wheelchairPitch } from './house.ts';
import type { Place, RowOfPlaces } from './pretix-format.ts';

export const categories = [
  { name: 'Premium', color: '#cf8a17' },
  { name: 'Stalls', color: '#b3394c' },
  { name: 'Balcony', color: '#1f7a8c' },
  { name: 'Boxes', color: '#6b4fa3' },
];

export function stallsRows(): RowOfPlaces[] {
  return stalls.rows.map((name, row) => {
    const [left, middle, right] = rowBlocks(stalls, row);
    if (!left || !middle || !right) throw new Error('The stalls need two aisles');
    if (name === stalls.accessibleRow) return { name, places: [left, right].flatMap(wheelchairPlaces) };
    const best = stalls.premiumRows.includes(name) ? 'Premium' : 'Stalls';
    return { name, places: [...seats(left, 'Stalls'), ...seats(middle, best), ...seats(right, 'Stalls')] };
  });
}

export function balconyRows(): RowOfPlaces[] {
  return balcony.rows.map((name, row) => ({
    name,
    places: rowBlocks(balcony, row).flatMap((block) => seats(block, 'Balcony')),
  }));
}

/** Boxes are numbered from the stage. The first chair is at the rail, nearest to the stage. */
export function boxRows(side: -1 | 1, firstNumber: number): RowOfPlaces[] {
  return Array.from({ length: boxes.aSide }, (_, box) => ({
    name: `${firstNumber + box}`,
    places: boxChairs(boxes.firstRadius + box * boxes.spacing, side),
  }));
}

function rowBlocks(level: typeof stalls | typeof balcony, row: number): Arc[] {
  const radius = level.firstRadius + row * level.rowSpacing;
  return blocks({ radius, from: -level.halfAngle, to: level.halfAngle }, level.aislesAt, aisleWidth);
}

function seats(block: Arc, category: string): Place[] {
  return spread(block, seatPitch).map((angle) => ({ ...at(block.radius, angle), category }));
}

function wheelchairPlaces(block: Arc): Place[] {
  return spread(block, wheelchairPitch).map((angle, place) => {
    const spot = { ...at(block.radius, angle), category: 'Stalls' };
    return place % 2 === 0 ? { ...spot, wheelchair: true } : spot;
  });
}

/** Two chairs at the rail and two behind them, with distances of 28. */
function boxChairs(radius: number, side: -1 | 1): Place[] {
  const chairs = [-14, 14].flatMap((outwards) => [-14, 14].map((away) => ({ outwards, away })));
  return chairs.map(({ outwards, away }) => ({
    ...at(radius + away, side * (boxes.angle + degreesOf(outwards, radius))),
    category: 'Boxes',
  }));
}
