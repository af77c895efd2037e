import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { overview, type Point, toScreen } from '../../web/src/map/camera.ts';
import { excessWidth } from './audit.ts';
import { type House, houseOf } from './crowd.ts';
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

  // At a seat that is too small for a finger, the first tap brings it nearer, and the second chooses it.
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

test('nothing was complained about', () => {
  expect(stage.complaints).toEqual([]);
});

async function boxOf(page: Page) {
  const box = await page.locator('.map canvas').boundingBox();
  if (box === null) throw new Error('there is no map');
  return box;
}

/** Where a seat is while all of the plan is shown. */
async function placeOf(page: Page, house: House, label: string): Promise<Point> {
  const box = await boxOf(page);
  const seat = house.places[house.labels.indexOf(label)];
  if (seat === undefined) throw new RangeError(`there is no ${label}`);
  const { x, y } = toScreen(overview(house, box), box, seat);
  return { x: box.x + x, y: box.y + y };
}

type TouchType = 'touchStart' | 'touchMove' | 'touchEnd';

function send(session: CDPSession, type: TouchType, touchPoints: (Point & { id?: number })[]) {
  return session.send('Input.dispatchTouchEvent', { type, touchPoints });
}

/** Two fingers, so far from the middle at first and in the end, in CSS pixels. */
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

/** Whether it is all on the screen, and nothing lies over it. */
function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const root = element.ownerDocument;
    const isHit = (y: number) => element.contains(root.elementFromPoint((left + right) / 2, y));
    return isHit(top + 2) && isHit(bottom - 2);
  });
}

/** The map as it is drawn. */
function pixels(page: Page): Promise<string> {
  return page.locator('.map canvas').evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
}
