import type { Point } from '../src/domain/layout.ts';
import { at, centre, degreesOf, ring } from './arcs.ts';
import { balcony, boxes, pit, radiusOfLastRow, stage, stalls } from './house.ts';
import type { AreaDrawing } from './pretix-format.ts';

const lettering = '#7d7165';
const wood = { color: '#4a3428', borderColor: '#4a3428' };
const boards = { color: '#e4dacd', borderColor: '#d8cdbf' };
const carpet = { color: '#f6f1ea', borderColor: '#d8cdbf' };
const linoleum = { color: '#edf3f4', borderColor: '#c4d3d6' };
const desk = { color: '#cfc6ba', borderColor: '#b5aa9b' };
const velvet = { color: '#f1edf8', borderColor: '#a897c9' };

export function stageAreas(): AreaDrawing[] {
  const pitMiddle = (pit.front + pit.back) / 2;
  return [
    { ...polygon(stageCorners()), ...wood, text: { text: 'STAGE', size: 34, color: '#f3e3cf', at: at(620, 0) } },
    {
      ...polygon(ring(pit.front, pit.back, pit.halfAngle)),
      ...boards,
      text: { text: 'Orchestra pit', size: 15, color: lettering, at: at(pitMiddle, 0) },
    },
  ];
}

export function stallsAreas(): AreaDrawing[] {
  const lastRow = radiusOfLastRow(stalls);
  return [
    { ...polygon(ring(stalls.firstRadius - 24, lastRow + 26, stalls.halfAngle + 1.3)), ...carpet },
    {
      ...polygon(ring(lastRow - 15, lastRow + 17, 7)),
      ...desk,
      text: { text: 'Sound desk', size: 14, color: '#5d534a', at: at(lastRow + 2, 0) },
    },
    label('STALLS', at(lastRow + 50, 0)),
  ];
}

export function balconyAreas(): AreaDrawing[] {
  const lastRow = radiusOfLastRow(balcony);
  const rail = balcony.firstRadius - 26;
  const halfAngle = balcony.halfAngle + 1.1;
  return [
    { ...polygon(ring(rail, lastRow + 26, halfAngle)), ...linoleum },
    { ...polygon(ring(rail - 8, rail, halfAngle)), ...wood },
    label('BALCONY', at(lastRow + 50, 0)),
  ];
}

/** The boxes of one side, and a label along the wall behind them. */
export function boxAreas(side: -1 | 1): AreaDrawing[] {
  const middle = boxes.firstRadius + ((boxes.aSide - 1) / 2) * boxes.spacing;
  const behind = at(middle, side * (boxes.angle + degreesOf(62, middle)));
  const walls = Array.from({ length: boxes.aSide }, (_, box) => boxWalls(side, box));
  return [...walls, { ...label('BOXES', behind), rotation: side * (90 - boxes.angle) }];
}

function boxWalls(side: -1 | 1, box: number): AreaDrawing {
  const radius = boxes.firstRadius + box * boxes.spacing;
  const corner = (outwards: number, away: number) =>
    at(radius + away, side * (boxes.angle + degreesOf(outwards, radius)));
  return { ...polygon([corner(-36, -37), corner(36, -37), corner(36, 37), corner(-36, 37)]), ...velvet };
}

/** Straight at the back, and round at the front like the rows. */
function stageCorners(): Point[] {
  const apron = ring(stage.front, stage.front, stage.halfAngle);
  const back = [-stage.backHalfWidth, stage.backHalfWidth].map((x) => ({ x: centre.x + x, y: stage.back }));
  return [...back, ...apron.slice(apron.length / 2)];
}

function polygon(corners: readonly Point[]) {
  return { position: corners[0] ?? centre, corners };
}

function label(text: string, where: Point): AreaDrawing {
  const color = lettering;
  return { position: where, color, borderColor: color, text: { text, size: 20, color, at: where } };
}
