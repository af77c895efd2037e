import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { House } from './crowd.ts';
import { changeSeats, openHall } from './large-hall.ts';
import { openStage, type Stage } from './stage.ts';

const SEATS = 20_000;
const CHANGES_PER_SECOND = 200;
const MEASURED_MS = 4_000;

let stage: Stage;
let hall: House;
beforeAll(async () => {
  stage = await openStage();
  hall = await openHall(stage.node, { rows: 100, seatsInRow: SEATS / 100 });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

/**
 * Headless Chromium renders in software, on cores that also run the server and these tests. So durations are only printed, and drawn
 * seats are counted: a map that redraws all of its seats at each change would draw hundreds of times as many.
 */
test(`of ${SEATS} seats only those that change are drawn again, and never all of them in one frame`, async () => {
  const page = await stage.visit(`/events/${hall.eventId}`);
  await page.locator('.legend-free').first().waitFor();
  await page.evaluate(watchFrames);
  await page.evaluate(countDrawnSeats);
  const still = await measure(page, 'nothing changes', async () => {});
  await using changes = changeSeats(stage.node, hall, CHANGES_PER_SECOND);
  const changing = await measure(page, 'all shown', async () => {
    await expect.poll(() => changes.count(), { timeout: 60_000 }).toBeGreaterThan(CHANGES_PER_SECOND);
  });
  const changed = changes.count();
  const panned = await measure(page, 'panned', async (isOver) => {
    await zoomIn(page, 4);
    await pan(page, isOver);
  });
  const zoomed = await measure(page, 'zoomed', (isOver) => wheel(page, isOver));
  const redrawMs = await redrawOfAll(page);
  report([still, changing, panned, zoomed], `drawing ${SEATS} seats takes ${redrawMs.toFixed(0)} ms`);

  expect(still.drawn).toBe(0);
  expect(changing.drawn).toBeGreaterThan(0);
  // Some changes are shown before their requests are answered.
  expect(changing.drawn).toBeLessThan(2 * changed);
  for (const { name, mostInFrame } of [panned, zoomed]) expect.soft(mostInFrame, name).toBeLessThan(SEATS);
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});

/** Records the time between frames in `frames`, and the length of long tasks in `tasks`. */
const watchFrames = `
  frames = [];
  tasks = [];
  let last = performance.now();
  const next = (now) => { frames.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
`;

/** Records the number of drawn seats in `drawn`, and the maximum per frame in `mostInFrame`, by calls of `drawImage`. */
const countDrawnSeats = `
  drawn = mostInFrame = 0;
  let inFrame = 0;
  const seats = OffscreenCanvasRenderingContext2D.prototype;
  const { drawImage } = seats;
  seats.drawImage = function (...picture) {
    drawn += 1;
    inFrame += 1;
    mostInFrame = Math.max(mostInFrame, inFrame);
    drawImage.apply(this, picture);
  };
  const begin = () => { inFrame = 0; requestAnimationFrame(begin); };
  begin();
`;

interface Frames {
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
  /** Sum of tasks of 50 ms and more. */
  readonly blockedMs: number;
  readonly drawn: number;
  readonly mostInFrame: number;
}

interface Measured {
  readonly frames: number[];
  readonly tasks: number[];
  readonly drawn: number;
  readonly mostInFrame: number;
}

async function measure(page: Page, name: string, act: (isOver: () => boolean) => Promise<void>): Promise<Frames> {
  await page.evaluate('frames.length = tasks.length = drawn = mostInFrame = 0');
  const endsAt = performance.now() + MEASURED_MS;
  await act(() => performance.now() >= endsAt);
  await page.waitForTimeout(Math.max(0, endsAt - performance.now()));
  const { frames, tasks, ...counts } = await page.evaluate<Measured>('({ frames, tasks, drawn, mostInFrame })');
  const sorted = frames.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  const blockedMs = tasks.reduce((sum, task) => sum + task, 0);
  return { name, count: sorted.length, p50: at(0.5), p95: at(0.95), worst: at(1), blockedMs, ...counts };
}

async function middleOf(page: Page) {
  const box = await page.locator('.map canvas').boundingBox();
  if (box === null) throw new Error('there is no map');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function zoomIn(page: Page, times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) await page.getByRole('button', { name: 'Zoom in' }).click();
}

/** Moves in circles, a hand's breadth wide. */
async function pan(page: Page, isOver: () => boolean): Promise<void> {
  const { x, y } = await middleOf(page);
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let angle = 0; !isOver(); angle += 0.1) {
    await page.mouse.move(x + 200 * Math.sin(angle), y + 150 * (1 - Math.cos(angle)));
  }
  await page.mouse.up();
}

/** Zooms in and out. */
async function wheel(page: Page, isOver: () => boolean): Promise<void> {
  const { x, y } = await middleOf(page);
  await page.mouse.move(x, y);
  for (let step = 0; !isOver(); step += 1) await page.mouse.wheel(0, step % 40 < 20 ? -60 : 60);
}

/** Milliseconds to redraw all seats, the median of five. */
function redrawOfAll(page: Page): Promise<number> {
  return page.evaluate<number>(`{
    const seat = new OffscreenCanvas(8, 8);
    const picture = seat.getContext('2d');
    picture.arc(4, 4, 3, 0, 7);
    picture.fill();
    const times = Array.from({ length: 5 }, () => {
      const context = new OffscreenCanvas(1600, 1000).getContext('2d');
      const began = performance.now();
      for (let index = 0; index < ${SEATS}; index += 1) context.drawImage(seat, (index % 200) * 8, Math.floor(index / 200) * 10);
      context.getImageData(0, 0, 1, 1);
      return performance.now() - began;
    });
    times.sort((one, other) => one - other)[2];
  }`);
}

function report(measured: readonly Frames[], beside: string): void {
  const lines = measured.map(
    ({ name, count, p50, p95, worst, blockedMs, drawn, mostInFrame }) =>
      `${name.padEnd(16)}${[p50, p95, worst, blockedMs].map((ms) => ms.toFixed(0).padStart(7)).join('')}  of ${count} frames, ` +
      `${drawn} seats drawn, ${mostInFrame} in a frame at most`,
  );
  process.stdout.write(`from frame to frame, ms: p50, p95, worst, blocked\n${lines.join('\n')}\n${beside}\n`);
}
