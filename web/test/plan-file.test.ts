import { expect, test } from 'vitest';
import demoPlan from '../../demo/seating-plan.json?raw';
import { readPlanFile } from '../src/organizer/plan-file.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).buffer;

test('it counts the seats of each category', () => {
  const file = readPlanFile(bytesOf(demoPlan));
  expect(file).toMatchObject({ name: 'Lindenhof Theatre, Great Hall', seatCount: 1302 });
  expect(file?.categories.map(({ name }) => name).sort()).toEqual(['Balcony', 'Boxes', 'Premium', 'Stalls']);
});

test.for(['', 'no JSON', 'null', '[]', '{}', '{"zones": 3}', '{"zones": [{"rows": [{"seats": "all"}]}]}'])(
  '%j is no seating plan',
  (text) => {
    expect(readPlanFile(bytesOf(text))).toBeNull();
  },
);

test('it reads a plan as the API of pretix wraps it', () => {
  const wrapped = JSON.stringify({ id: 1, name: 'Plan', layout: JSON.parse(demoPlan) });
  expect(readPlanFile(bytesOf(wrapped))).toEqual(readPlanFile(bytesOf(demoPlan)));
  expect(readPlanFile(bytesOf(`{"results": [${wrapped}]}`))).toEqual(readPlanFile(bytesOf(demoPlan)));
});

test('a file that is not UTF-8 is no seating plan', () => {
  const latin1 = Uint8Array.from('{"name": "Süd", "zones": []}', (letter) => letter.charCodeAt(0));
  expect(readPlanFile(latin1.buffer)).toBeNull();
});
