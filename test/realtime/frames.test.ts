import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SYSTEM } from '../../src/domain/change.ts';
import { type Frame, Frames, frameWindowMs, WIDEST_FRAME_MS } from '../../src/live/frames.ts';
import { SeatMap } from '../../src/live/seat-map.ts';
import { LoopLag } from '../../src/server/loop-lag.ts';
import { changeOf } from '../../src/store/change-log.ts';
import { waitFor } from '../support/wait-for.ts';

const frameMs = 20;
const monotonicNow = () => performance.now();

function block(forMs: number): void {
  const until = monotonicNow() + forMs;
  while (monotonicNow() < until);
}

it('frames get wider while the event loop is busy, within the bound, and narrower afterwards', async () => {
  using loopLag = new LoopLag(monotonicNow);
  const windowMs = () => frameWindowMs(frameMs, loopLag.lagMs);
  const seat = { status: 'AVAILABLE', reservationId: null, expiresAtMs: null } as const;
  const map = new SeatMap({ revision: 1, seats: [seat], nowMs: 0 });
  using frames = new Frames(map, windowMs);
  const told: Frame[] = [];
  frames.subscribe((frame) => told.push(frame));
  const change = () => {
    const revision = map.revision + 1;
    const kind = revision % 2 === 0 ? 'seats-blocked' : 'seats-unblocked';
    frames.touch(map.apply({ revision, atMs: 0, change: changeOf({ kind, actor: SYSTEM, seatIndexes: [0] }) }));
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
  await waitFor(() => frames.revision === map.revision, { withinMs: 10_000, what: 'the last state' });
  expect(frames.snapshot.availability).toEqual(map.availability);
  expect(told.map(({ fromRevision }) => fromRevision)).toEqual(
    [1, ...told.map(({ revision }) => revision)].slice(0, -1),
  );
});
