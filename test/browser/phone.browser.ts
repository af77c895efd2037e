import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Point } from '../../web/src/map/camera.ts';
import { excessWidth, isInSight } from './audit.ts';
import { houseOf } from './crowd.ts';
import { boxOf, pixels, placeOf } from './map.ts';
import { openStage, phone, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

test('pinching and tapping on a phone lead from the map of 1,302 seats to a booking', async () => {
  const page = await stage.visit('/', phone);
  await page.getByRole('link', { name: 'The Tempest' }).tap();
  await page.locator('.legend-free').first().waitFor();
  const house = await houseOf(stage.node, new URL(page.url()).pathname.split('/').at(-1) ?? '');
  const hint = page.getByText('Tap where you would like to sit');
  await hint.waitFor();

  const touch = await page.context().newCDPSession(page);
  const canvas = await boxOf(page);
  const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 };
  await pinch(touch, middle, { from: 20, to: 160 });
  await hint.waitFor({ state: 'hidden' });
  await pinch(touch, middle, { from: 160, to: 20 });
  await hint.waitFor();

  // The first tap on a seat that is too small for a finger zooms in, and the second chooses it.
  const at = await placeOf(page, house, 'Stalls, row H, seat 20');
  await page.touchscreen.tap(at.x, at.y);
  await hint.waitFor({ state: 'hidden' });
  await page.touchscreen.tap(at.x, at.y);
  await page
    .locator('.seat-lines')
    .getByText(/^Stalls, row\sH, seat\s20/)
    .waitFor();
  expect(await excessWidth(page)).toBe(0);

  await page.getByRole('button', { name: 'Reserve', exact: true }).tap();
  await page.getByRole('button', { name: 'More time' }).tap();
  await page.getByText('No more time can be had.').waitFor();
  await page.getByLabel('A card that is declined').tap();
  await page.getByRole('button', { name: /^Pay/ }).tap();
  const notice = page.getByRole('alert').getByText('The card was declined.');
  await notice.waitFor();
  await expect.poll(() => isInSight(page, '.notice')).toBe(true);
  await page.getByLabel('A card that works').tap();
  await page.getByRole('button', { name: /^Pay/ }).tap();
  await expect.poll(() => isInSight(page, '.reference strong')).toBe(true);
  expect(await excessWidth(page)).toBe(0);
});

test('one finger moves the map', async () => {
  const page = await stage.visit('/', phone);
  await page.getByRole('link', { name: 'The Tempest' }).tap();
  await page.locator('.legend-free').first().waitFor();
  await page.getByRole('button', { name: 'Zoom in' }).tap();
  await page.getByRole('button', { name: 'Zoom in' }).tap();
  const before = await pixels(page);
  const touch = await page.context().newCDPSession(page);
  const { x, y, width, height } = await boxOf(page);
  await drag(touch, { x: x + width / 2, y: y + height / 2 }, { x: x + width / 2 - 90, y: y + height / 2 - 30 });
  await expect.poll(() => pixels(page)).not.toBe(before);
  expect(await page.evaluate('scrollY')).toBe(0);
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});

type TouchType = 'touchStart' | 'touchMove' | 'touchEnd';

function send(session: CDPSession, type: TouchType, touchPoints: (Point & { id?: number })[]) {
  return session.send('Input.dispatchTouchEvent', { type, touchPoints });
}

/** Moves two fingers between these distances from the middle, in CSS pixels. */
async function pinch(session: CDPSession, { x, y }: Point, { from, to }: { from: number; to: number }): Promise<void> {
  const fingers = (apart: number) => [
    { x: x - apart, y, id: 0 },
    { x: x + apart, y, id: 1 },
  ];
  await send(session, 'touchStart', fingers(from));
  for (let step = 1; step <= 10; step += 1) await send(session, 'touchMove', fingers(from + ((to - from) * step) / 10));
  await send(session, 'touchEnd', []);
}

async function drag(session: CDPSession, from: Point, to: Point): Promise<void> {
  await send(session, 'touchStart', [from]);
  for (let step = 1; step <= 10; step += 1) {
    const part = step / 10;
    await send(session, 'touchMove', [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }]);
  }
  await send(session, 'touchEnd', []);
}
