import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonInSlices } from '../../src/server/json-in-slices.ts';

test('writes what JSON.stringify does', async () => {
  const value = fc.object({ maxDepth: 10, values: [fc.jsonValue(), fc.constant(undefined), fc.date()] });
  await fc.assert(
    fc.asyncProperty(value, async (any) => {
      expect(await jsonInSlices(any)).toBe(JSON.stringify(any));
    }),
  );
});

test('does not block the event loop', async () => {
  const seats = Array.from({ length: 20_000 }, (_, index) => ({
    id: `seat ${index}`,
    label: 'Stalls, row C, seat 12',
  }));
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  const text = await jsonInSlices({ data: { event: { seats } } });
  clearInterval(timer);
  expect(JSON.parse(text).data.event.seats).toHaveLength(20_000);
  expect(turns).toBeGreaterThan(0);
});
