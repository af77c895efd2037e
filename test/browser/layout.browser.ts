import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { offer, organizerToken, planOf } from '../api/venue.ts';
import { cutOff, excessHeight, excessWidth, isInSight } from './audit.ts';
import { houseOf } from './crowd.ts';
import { brightPixels } from './map.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

/** Each uses other seats. A window of 1280 by 800 at 200% has 640 by 400 CSS pixels. */
const windows = [
  { name: 'a phone of 390 by 664', width: 390, height: 664, touch: true, text: 100, row: 'C' },
  { name: 'a tablet of 820 by 1180', width: 820, height: 1180, touch: true, text: 100, row: 'D' },
  { name: '1280 by 800 at 200%', width: 640, height: 400, touch: false, text: 100, row: 'E' },
  { name: '1280 by 800 with text of 200%', width: 1280, height: 800, touch: false, text: 200, row: 'F' },
  { name: 'a phone with text of 200%', width: 390, height: 664, touch: true, text: 200, row: 'G' },
  { name: '1280 by 800', width: 1280, height: 800, touch: false, text: 100, row: 'H' },
];

test.for(windows)('on $name nothing is cut off, and paying and the time that is left stay in sight', async (window) => {
  const { row } = window;
  const page = await visitIn(window, '/');
  await page.getByRole('link', { name: 'The Tempest' }).click();
  await page.locator('.legend-free').first().waitFor();
  await fits(page, 'map');
  expect(await page.locator('.legend li').count()).toBe(8);

  const seats = await openRow(page, 'Stalls', row);
  for (const number of await freeOf(page)) await seatIn(seats, number).click();
  await fits(page, 'list');
  await staysInSight(page, ['.bar .sum strong', '.bar .primary']);
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();

  await page.getByRole('button', { name: /^Pay/ }).waitFor();
  // The first held seat is scrolled into view.
  await expect.poll(() => isInSight(page, '.seat-lines li:first-child .price')).toBe(true);
  await fits(page, 'held');
  await staysInSight(page, ['.clock-time', '.bar .primary']);
  await page.getByLabel('A card that is declined').check();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await expect.poll(() => isInSight(page, '.notice')).toBe(true);
  await fits(page, 'declined');
  await page.getByLabel('A card that works').check();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await expect.poll(() => isInSight(page, '.reference strong')).toBe(true);
  await fits(page, 'booked');
  await page.getByRole('link', { name: 'My tickets' }).first().click();
  await page.locator('.ticket').waitFor();
  await fits(page, 'tickets');
  await page.context().close();
});

test.for(windows)('on $name an organizer has in sight what is done with the chosen seats', async (window) => {
  const page = await visitIn(window, `/organizer#token=${await organizerToken}`);
  await page.getByRole('link', { name: 'The Tempest' }).click();
  await page.locator('.legend-free').first().waitFor();
  const seats = await openRow(page, 'Stalls', window.row);
  for (const number of await freeOf(page)) await seatIn(seats, number).click();
  await fits(page, 'list');
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await fits(page, 'map');
  await staysInSight(page, ['.bar .primary']);
  await page.context().close();
});

test('wheelchair places have their mark on the map, by day and by night, and in the list', async () => {
  const plan = planOf();
  Object.assign(plan.zones[0]?.rows[0]?.seats[0] ?? {}, { wheelchair: true });
  const { eventId } = await offer(stage.node, { plan });
  const house = await houseOf(stage.node, eventId);
  const page = await stage.visit(`/events/${eventId}`);
  await page.locator('.legend li', { hasText: 'wheelchair accessible' }).waitFor();
  const bright = (row: number, seat: number) => brightPixels(page, house, `Stalls, row ${row}, seat ${seat}`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The wheelchair has more pixels than the 1 on the seat behind it.
    const marks = async () => [
      (await bright(1, 1)) / (await bright(2, 1)) > 1.5,
      Math.abs((await bright(1, 2)) / (await bright(2, 2)) - 1) < 0.1,
    ];
    await expect.poll(marks).toEqual([true, true]);
  }
  const row = await openRow(page, 'Stalls', '1');
  await seatIn(row, '1').locator('.wheelchair').waitFor();
  expect(await seatIn(row, '2').locator('.wheelchair').count()).toBe(0);
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});

async function visitIn({ width, height, touch, text }: (typeof windows)[number], path: string): Promise<Page> {
  const page = await stage.visit(path, { viewport: { width, height }, hasTouch: touch, isMobile: touch });
  await page.evaluate(`document.documentElement.style.fontSize = '${text}%'`);
  return page;
}

async function fits(page: Page, state: string): Promise<void> {
  expect.soft(await excessWidth(page), state).toBe(0);
  expect.soft(await excessHeight(page), state).toBe(0);
  expect.soft(await cutOff(page), state).toEqual([]);
}

/** At any scroll position. */
async function staysInSight(page: Page, selectors: readonly string[]): Promise<void> {
  for (const part of [0, 0.5, 1]) {
    await page.evaluate(`scrollTo(0, ${part} * document.scrollingElement.scrollHeight)`);
    for (const selector of selectors) expect.soft(await isInSight(page, selector), `${selector}, ${part}`).toBe(true);
  }
}

/** Three free seats of the open row. */
async function freeOf(page: Page): Promise<string[]> {
  const free = page.locator('.list-seats button[aria-disabled=false] strong');
  await free.nth(2).waitFor();
  return (await free.allTextContents()).slice(0, 3).map((text) => text.replace(/\D/g, ''));
}
