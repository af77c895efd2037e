import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { offer } from '../api/venue.ts';
import { houseOf, take } from './crowd.ts';
import { hold, openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage, TOLD_WITHIN_MS } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { RESERVATION_SECONDS: '600', EXTENSION_SECONDS: '300' } });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

let path: string;
beforeEach(async () => {
  path = `/events/${(await offer(stage.node)).eventId}`;
});

const people = async () => {
  const [ann, ben] = await Promise.all([stage.visit(path), stage.visit(path)]);
  return { ann, ben, annsRow: await openRow(ann, 'Stalls', '1'), bensRow: await openRow(ben, 'Stalls', '1') };
};

test('two people on one map see each other’s reservations as they are made', async () => {
  const { ann, annsRow, bensRow } = await people();
  await hold(annsRow, '2');
  await seatIn(bensRow, '2').and(bensRow.locator('[aria-disabled=true]')).waitFor({ timeout: TOLD_WITHIN_MS });
  expect(await seatIn(bensRow, '2').textContent()).toContain('held by somebody');
  await ann.getByRole('button', { name: 'Let go of all' }).click();
  await ann.getByRole('heading', { name: 'Let go' }).waitFor();
  await seatIn(bensRow, '2').and(bensRow.locator('[aria-disabled=false]')).waitFor({ timeout: TOLD_WITHIN_MS });
});

test('the slower buyer of a seat is told so, with free seats nearby', async () => {
  const { ann, annsRow, bensRow } = await people();
  await seatIn(annsRow, '3').click();
  await hold(bensRow, '3');
  const told = ann.locator('.lost');
  await told.waitFor({ timeout: TOLD_WITHIN_MS });
  await told.getByRole('heading', { name: 'Somebody else was faster' }).waitFor();
  await told.getByText('Stalls, row 1, seat 3 is no longer free.').waitFor();
  await ann.getByRole('status').getByText('Somebody else was faster').waitFor();
  await told.getByRole('button', { name: 'Choose this one instead' }).click();
  await ann
    .locator('.seat-lines')
    .getByText(/Stalls, row\s1, seat\s[24]/)
    .waitFor();
  await ann.getByRole('button', { name: 'Reserve', exact: true }).click();
  await ann.locator('.clock').waitFor();
});

test('free seats are booked without a card', async () => {
  const prices = ['Front', 'Back'].map((category) => ({ category, amount: 0 }));
  const page = await stage.visit(`/events/${(await offer(stage.node, { prices })).eventId}`);
  await seatIn(await openRow(page, 'Stalls', '1'), '2').click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.getByRole('button', { name: 'Book free of charge' }).waitFor();
  expect(await page.getByRole('radio').count()).toBe(0);
  await page.getByRole('button', { name: 'Book free of charge' }).click();
  await page.getByText('Booking reference', { exact: true }).waitFor();
});

test('extend, be declined, pay, and find the booking again', async () => {
  const { ann, annsRow, bensRow } = await people();
  await seatIn(annsRow, '4').click();
  await seatIn(annsRow, '5').click();
  await expect.poll(() => ann.locator('.sum').textContent()).toBe('Total · 2 seats€100.00');
  await ann.getByRole('button', { name: 'Reserve', exact: true }).click();
  await ann
    .getByRole('timer')
    .getByText(/^(10:00|9:5\d)$/)
    .waitFor();
  await ann.getByRole('button', { name: 'More time' }).click();
  await ann
    .getByRole('timer')
    .getByText(/^1[45]:\d\d$/)
    .waitFor();
  await ann.getByText('No more time can be had.').waitFor();
  await ann.getByLabel('A card that is declined').check();
  await ann.getByRole('button', { name: 'Pay €100.00' }).click();
  await ann.getByRole('alert').getByText('The card was declined. Your seats are still held').waitFor();
  await ann.getByLabel('A card that works').check();
  await ann.getByRole('button', { name: 'Pay €100.00' }).click();
  const reference = await ann.locator('.reference strong').textContent();
  expect(reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  await seatIn(bensRow, '4').getByText('sold').waitFor({ timeout: TOLD_WITHIN_MS });
  await ann.getByRole('link', { name: 'My tickets' }).first().click();
  await ann
    .locator('.ticket')
    .getByText(reference ?? '')
    .waitFor();
  await ann.reload();
  await ann
    .locator('.ticket')
    .getByText(reference ?? '')
    .waitFor();
});

test('a bank that asks is answered in a dialog: refused, left, and approved', async () => {
  const { ann, annsRow } = await people();
  await hold(annsRow, '7');
  await ann.getByLabel('A card whose bank asks you').check();
  const pay = ann.getByRole('button', { name: /^Pay/ });
  const bank = ann.getByRole('dialog', { name: 'Your bank asks' });
  await pay.click();
  await bank.getByRole('button', { name: 'Decline' }).click();
  await ann.getByRole('alert').getByText('The card was declined.').waitFor();
  await bank.waitFor({ state: 'detached' });
  await pay.click();
  await bank.waitFor();
  await ann.keyboard.press('Escape');
  await bank.waitFor({ state: 'detached' });
  await pay.click();
  await bank.getByRole('button', { name: 'Approve' }).click();
  await ann.locator('.reference').waitFor();
});

test('a reservation is still there after the page is loaded again', async () => {
  const { ann, annsRow } = await people();
  await hold(annsRow, '6');
  await ann.reload();
  await ann.locator('.clock').waitFor();
  await ann.locator('.seat-lines').getByText('Stalls, row 1, seat 6').waitFor();
});

test('chosen seats survive a reload of the page, except those taken meanwhile, which are named', async () => {
  const { ann, annsRow } = await people();
  for (const number of ['5', '3', '4']) await seatIn(annsRow, number).click();
  await ann.goto('about:blank');
  const house = await houseOf(stage.node, path.split('/').at(-1) ?? '');
  await take(stage.node, house, [house.labels.indexOf('Stalls, row 1, seat 3')]);
  await ann.goto(new URL(path, stage.node.url).href);
  await ann.locator('.lost').getByText('Stalls, row 1, seat 3 is no longer free.').waitFor();
  const lines = ann.locator('.panel > .seat-lines .seat-line-text');
  await expect
    .poll(() => lines.allTextContents())
    .toEqual([/seat\s5/, /seat\s4/].map((seat) => expect.stringMatching(seat)));
  await ann.getByRole('button', { name: 'Clear' }).click();
  await ann.reload();
  await ann.getByText('Choose seats on the map or in the list').waitFor();
});

test('the holder is told of the expiry, and the seat is free on both maps', async () => {
  path = `/events/${(await offer(stage.node, { reservationSeconds: 3 })).eventId}`;
  const { ann, annsRow, bensRow } = await people();
  await seatIn(annsRow, '7').click();
  await ann.getByRole('button', { name: 'Reserve', exact: true }).click();
  await ann.locator('.clock.soon').waitFor();
  await seatIn(bensRow, '7').and(bensRow.locator('[aria-disabled=true]')).waitFor();
  await ann.getByRole('heading', { name: 'Time ran out' }).waitFor({ timeout: 10_000 });
  await ann.getByRole('status').getByText('Time ran out.').waitFor();
  for (const row of [annsRow, bensRow]) {
    await seatIn(row, '7').and(row.locator('[aria-disabled=false]')).waitFor({ timeout: TOLD_WITHIN_MS });
  }
  await ann.getByRole('button', { name: 'Choose them again' }).click();
  await ann.locator('.seat-lines').getByText('Stalls, row 1, seat 7').waitFor();
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
