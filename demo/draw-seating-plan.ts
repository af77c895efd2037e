/**
 * Draws the demo's theatre into `seating-plan.json`: `npx tsx demo/draw-seating-plan.ts`.
 * With `--check` it writes nothing, and exits with 1 if the file would change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { at } from './arcs.ts';
import { balconyAreas, boxAreas, stageAreas, stallsAreas } from './areas.ts';
import { balcony, boxes, size, stalls } from './house.ts';
import { zone } from './pretix-format.ts';
import { balconyRows, boxRows, categories, stallsRows } from './seats.ts';

const file = new URL('seating-plan.json', import.meta.url);
const rowNaming = { row_number_position: 'both', row_label: 'Row %s', seat_label: 'Seat %s' } as const;
const boxNaming = { row_number_position: null, row_label: 'Box %s', seat_label: 'Chair %s' } as const;

function drawPlan() {
  return {
    name: 'Lindenhof Theatre, Great Hall',
    zones: [drawStalls(), drawBalcony(), drawBoxes('left', -1, 1), drawBoxes('right', 1, 1 + boxes.aSide)],
    categories,
    size,
  };
}

function drawStalls() {
  const position = at(stalls.firstRadius, 0);
  const areas = [...stageAreas(), ...stallsAreas()];
  return zone({ name: 'Stalls', id: 'stalls', position, naming: rowNaming, rows: stallsRows(), areas });
}

function drawBalcony() {
  const position = at(balcony.firstRadius, 0);
  return zone({
    name: 'Balcony',
    id: 'balcony',
    position,
    naming: rowNaming,
    rows: balconyRows(),
    areas: balconyAreas(),
  });
}

function drawBoxes(name: 'left' | 'right', side: -1 | 1, firstNumber: number) {
  const position = at(boxes.firstRadius, side * boxes.angle);
  return zone({
    name: `Boxes ${name}`,
    id: `boxes-${name}`,
    position,
    naming: boxNaming,
    rows: boxRows(side, firstNumber),
    areas: boxAreas(side),
  });
}

/** Writes one seat per line, for readable diffs. */
function write(): string {
  return `${JSON.stringify(drawPlan()).replaceAll('{"seat_number"', '\n{"seat_number"')}\n`;
}

const drawn = write();
if (!process.argv.includes('--check')) writeFileSync(file, drawn);
else if (readFileSync(file, 'utf8') !== drawn) {
  process.stderr.write('demo/seating-plan.json is stale: run npx tsx demo/draw-seating-plan.ts\n');
  process.exitCode = 1;
}
