import { afterAll, beforeAll, expect, test } from 'vitest';
import { offer, organizerToken, planOf } from '../api/venue.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const berlin = { locale: 'de-DE', timezoneId: 'Europe/Berlin' };
const newYork = { locale: 'en-US', timezoneId: 'America/New_York' };

test.each([
  ['HUF', '50,00 HUF', 'HUF 50.00'],
  ['JPY', '5.000 ¥', '¥5,000'],
  ['KWD', '5,000 KWD', 'KWD 5.000'],
])('5,000 of the smallest unit of %s is %s in Berlin and %s in New York', async (currency, inBerlin, inNewYork) => {
  const { eventId } = await offer(stage.node, { currency });
  for (const [place, price] of [[berlin, inBerlin] as const, [newYork, inNewYork] as const]) {
    const page = await stage.visit(`/events/${eventId}`, place);
    await page.locator('.legend li', { hasText: `Front ${price}` }).waitFor();
    await seatIn(await openRow(page, 'Stalls', '1'), '2').click();
    await page.locator('.sum strong', { hasText: price }).waitFor();
    await page.context().close();
  }
});

test.each([
  ['Europe/Berlin', '1', '21:30', '9:30 PM (Berlin, GMT+2)'],
  ['America/New_York', '1', '15:30 (New York, GMT-4)', '3:30 PM'],
  // The next day in that time zone.
  ['Asia/Kathmandu', '2', '1:15 (Kathmandu, GMT+5:45)', '1:15 AM (Kathmandu, GMT+5:45)'],
])('an event in %s is on the %s, at %s in Berlin and %s in New York', async (timeZone, day, inBerlin, inNewYork) => {
  const name = `In ${timeZone}`;
  const { eventId } = await offer(stage.node, { name, timeZone });
  for (const [place, time] of [[berlin, inBerlin] as const, [newYork, inNewYork] as const]) {
    const page = await stage.visit(`/events/${eventId}`, place);
    await page.locator('.when-and-where time', { hasText: ` ${time}` }).waitFor();
    await page.goto(stage.node.url);
    const card = page.locator('.event-card', { hasText: name });
    await card.locator('time', { hasText: ` ${time}` }).waitFor();
    await card.locator('.date-block strong', { hasText: new RegExp(`^${day}$`) }).waitFor();
    await page.context().close();
  }
});

test('an organizer in New York enters the local time in Berlin, and none that its clocks skip', async () => {
  const page = await stage.visit(`/organizer#token=${await organizerToken}`, newYork);
  await page.getByRole('link', { name: 'New event' }).click();
  const buffer = Buffer.from(JSON.stringify(planOf()));
  await page.getByLabel('Seating plan').setInputFiles({ name: 'plan.json', mimeType: 'application/json', buffer });
  const name = page.getByLabel('Name');
  await name.fill('👩‍👩‍👧‍👦'.repeat(201));
  await page.locator('input[name=name]:invalid').waitFor();
  await name.fill('👩‍👩‍👧‍👦'.repeat(200));
  await page.locator('input[name=name]:valid').waitFor();
  await name.fill('As You Like It');
  expect(await page.getByLabel('Time zone').inputValue()).toBe('America/New_York');
  await page.getByLabel('Time zone').selectOption('Europe/Berlin');
  // The other category is not on sale.
  await page.getByLabel('Front (').fill('12.50');
  await page.getByLabel('Begins at').fill('2030-03-31T02:30');
  const create = page.getByRole('button', { name: 'Create as a draft' });
  await create.click();
  await page.getByRole('alert').getByText('There is no such time in Europe/Berlin').waitFor();
  await page.getByLabel('Begins at').fill('2030-03-31T03:30');
  await create.click();
  await page.getByRole('heading', { name: 'As You Like It' }).waitFor();
  await page.getByText('3:30 AM (Berlin, GMT+2)').waitFor();
  await page.locator('.legend li', { hasText: 'Back not on sale' }).waitFor();
  await seatIn(await openRow(page, 'Stalls', '1'), '7').click();
  await page.getByRole('alert').getByText('has no price').waitFor();
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
