import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { nextTimeSlice } from '../src/time-slices.ts';

const longEnoughMs = 1;

function compute(): void {
  const endMs = performance.now() + longEnoughMs;
  while (performance.now() < endMs);
}

test('the event loop runs between pieces of long work, which run in order', async () => {
  const done: string[] = [];
  const work = async (name: string) => {
    for (let piece = 0; piece < 10; piece += 1) {
      await nextTimeSlice();
      compute();
      done.push(name);
    }
  };
  let isOver = false;
  let turns = 0;
  const count = async () => {
    for (; !isOver; turns += 1) await setImmediate();
  };
  const counting = count();
  await Promise.all(['a', 'b', 'c'].map(work));
  isOver = true;
  await counting;
  expect(done).toEqual(Array.from({ length: 10 }, () => ['a', 'b', 'c']).flat());
  // Thirty pieces of a millisecond each, of which a slice has room for two or three.
  expect(turns).toBeGreaterThanOrEqual(10);
});

test('a piece lasts until its next wait, including resolved promises', async () => {
  const order: string[] = [];
  const work = async (name: string) => {
    await nextTimeSlice();
    order.push(`${name} begins`);
    for (let step = 0; step < 5; step += 1) await null;
    order.push(`${name} ends`);
  };
  await Promise.all([work('a'), work('b')]);
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});
