import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { seatingPlanOf } from '../../bench/seating-plan.ts';
import { EventLayout } from '../../src/events/layouts.ts';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';
import { LayoutFiles } from '../../src/graphql/layout-files.ts';

const eventId = '0190d5a0-0000-7000-8000-000000000001';

function layoutOf(seats: number): EventLayout {
  const plan = parseSeatingPlan(seatingPlanOf(seats));
  if (!plan.ok) throw new Error('the plan is wrong');
  return new EventLayout({ ...plan.layout, currency: 'EUR', amounts: [1_000] });
}

test('the layout of a house of 20,000 seats is 200 kB at most', async () => {
  const { brotli, gzip } = await new LayoutFiles().get(eventId, layoutOf(20_000));
  expect(brotli.length).toBeLessThanOrEqual(200_000);
  const json = gunzipSync(gzip).toString();
  expect(brotliDecompressSync(brotli).toString()).toBe(json);
  const { sections } = JSON.parse(json);
  const seats = sections.flatMap(({ rows }: { rows: { seats: { index: number }[] }[] }) =>
    rows.flatMap((row) => row.seats),
  );
  expect(seats.map(({ index }: { index: number }) => index)).toEqual(Array.from(Array(20_000).keys()));
});

test('those who ask at the same time share one file, and so do those who ask later', async () => {
  const files = new LayoutFiles();
  const layout = layoutOf(1_000);
  const [one, other] = await Promise.all([files.get(eventId, layout), files.get(eventId, layout)]);
  expect(one).toBe(other);
  expect(files.get(eventId, layout)).toBe(one);
});
