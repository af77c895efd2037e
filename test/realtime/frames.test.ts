import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { frameWindowMs, WIDEST_FRAME_MS } from '../../src/seat-map/frame-window.ts';
import { type Frame, Frames } from '../../src/seat-map/frames.ts';
import { LoopLag } from '../../src/seat-map/loop-lag.ts';
import { SeatMap } from '../../src/seat-map/seat-map.ts';
import { waitFor } from '../support/wait-for.ts';

const frameMs = 20;
const monotonicNow = () => performance.now();

function block(forMs: number): void {
  const until = monotonicNow() + forMs;
  while (monotonicNow() < until);
}

it('gathers for longer while the event loop is kept busy, within the bound, and narrows again', async () => {
  using loopLag = new LoopLag(monotonicNow);
  const windowMs = () => frameWindowMs(frameMs, loopLag.lagMs);
  const seat = { index: 0, status: 'AVAILABLE', version: 0, reservationId: null, expiresAtMs: null } as const;
  const map = new SeatMap({ seats: [seat], nowMs: 0 });
  using frames = new Frames(map, windowMs);
  const told: Frame[] = [];
  frames.subscribe((frame) => told.push(frame));
  let version = 0;
  const change = () => {
    version += 1;
    frames.touch(map.apply([{ ...seat, version, status: version % 2 === 0 ? 'AVAILABLE' : 'BLOCKED' }]));
  };

  const widest: number[] = [];
  for (let n = 0; n < 15; n += 1) {
    change();
    block(80);
    await sleep(5);
    widest.push(windowMs());
  }
  expect(Math.max(...widest)).toBeGreaterThan(4 * frameMs);
  expect(Math.max(...widest)).toBeLessThanOrEqual(WIDEST_FRAME_MS);
  expect(told.length).toBeLessThan(10);
  await waitFor(() => windowMs() < 2 * frameMs, { withinMs: 30_000, what: 'the window to be narrow again' });
  expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, at) => at + 1));
  await waitFor(() => frames.snapshot.availability.blocked === map.availability.blocked, {
    withinMs: 10_000,
    what: 'the last state',
  });
});
