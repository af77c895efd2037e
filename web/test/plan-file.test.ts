import { expect, test } from 'vitest';
import demoPlan from '../../demo/seating-plan.json?raw';
import { readPlanFile } from '../src/organizer/plan-file.ts';

test('it counts the seats of each category', () => {
  const file = readPlanFile(demoPlan);
  expect(file).toMatchObject({ name: 'Lindenhof Theatre, Great Hall', seatCount: 1302 });
  expect(file?.categories.map(({ name }) => name).sort()).toEqual(['Balcony', 'Boxes', 'Premium', 'Stalls']);
});

test.for(['', 'no JSON', 'null', '[]', '{}', '{"zones": 3}', '{"zones": [{"rows": [{"seats": "all"}]}]}'])(
  '%j is no seating plan',
  (text) => {
    expect(readPlanFile(text)).toBeNull();
  },
);
