import { hash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { seatingPlanOf } from '../../bench/seating-plan.ts';
import type { LayoutArea } from '../../src/domain/layout.ts';
import { EventLayout } from '../../src/events/layouts.ts';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';
import { FORMAT, LayoutFiles } from '../../src/graphql/layout-files.ts';
import { sampleLayout } from '../store/sample-event.ts';

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

test('concurrent and later calls share one file', async () => {
  const files = new LayoutFiles();
  const layout = layoutOf(1_000);
  const [one, other] = await Promise.all([files.get(eventId, layout), files.get(eventId, layout)]);
  expect(one).toBe(other);
  expect(files.get(eventId, layout)).toBe(one);
});

/**
 * SHA-256 of the layout below, by format. Clients cache a layout for a year: if its bytes change, raise FORMAT, and add a line here
 * instead of changing one.
 */
const digests: Readonly<Record<number, string>> = {
  1: 'aa6268f587105a1823362b5934281bfbbf8871ddca0f5f5858d3c5af20a331ed',
};

test('a change of the bytes of layouts needs another format, which changes their addresses', async () => {
  const rows = [
    { name: '1', label: 'Box 1', seatLabel: 'Armchair %s', firstSeatIndex: 0, seatCount: 2 },
    { name: '2', firstSeatIndex: 2, seatCount: 1 },
  ];
  const stage: LayoutArea = {
    shape: 'RECTANGLE',
    position: { x: 1, y: 2.5 },
    rotation: 90,
    size: { width: 3, height: 4 },
    radius: null,
    points: [],
    color: '#222222',
    borderColor: null,
    text: { text: 'Stage', position: { x: 2, y: 4 }, size: 16, color: null },
  };
  const section = { name: 'Parkett „links“', position: { x: 0, y: 0 }, rows };
  const layout = { ...sampleLayout(3), sections: [section], areas: [stage] };
  const { gzip } = await new LayoutFiles().get(
    eventId,
    new EventLayout({ ...layout, currency: 'EUR', amounts: [1, 2] }),
  );
  expect(hash('sha256', gunzipSync(gzip))).toBe(digests[FORMAT]);
  expect(new Set(Object.values(digests)).size).toBe(FORMAT);
});
