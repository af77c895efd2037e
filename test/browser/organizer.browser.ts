import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { organizerToken } from '../api/venue.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage, TOLD_WITHIN_MS } from './stage.ts';

const demoPlan = fileURLToPath(new URL('../../demo/seating-plan.json', import.meta.url));

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

test('an organizer makes an event of a plan, opens it, blocks seats, and pauses and closes sales', async () => {
  const organizer = await stage.visit(`/organizer#token=${await organizerToken}`);
  await organizer.getByRole('link', { name: 'New event' }).click();
  expect(organizer.url()).not.toContain('token');
  await create(organizer);
  const eventPath = new URL(organizer.url()).pathname.replace('/organizer', '');
  const count = (name: string) => organizer.locator('.counts div', { hasText: name }).locator('dd');
  await count('Seats').getByText('1,302', { exact: true }).waitFor();

  const buyer = await stage.visit(eventPath);
  await buyer.getByText('There is no such event').waitFor();
  await organizer.getByRole('button', { name: 'Open', exact: true }).click();
  await organizer.getByText('On sale', { exact: true }).waitFor();
  await buyer.reload();
  const buyersRow = await openRow(buyer, 'Stalls', 'A');

  const row = await openRow(organizer, 'Stalls', 'A');
  for (const number of ['1', '2']) await seatIn(row, number).click();
  await organizer.getByRole('button', { name: 'Block 2 seats' }).click();
  await count('Blocked').getByText('2', { exact: true }).waitFor();
  await seatIn(buyersRow, '1').getByText('not on sale').waitFor({ state: 'attached', timeout: TOLD_WITHIN_MS });

  await seatIn(buyersRow, '5').click();
  await buyer.getByRole('button', { name: 'Reserve', exact: true }).click();
  await count('Held').getByText('1', { exact: true }).waitFor({ timeout: TOLD_WITHIN_MS });
  await seatIn(row, '5').click({ force: true });
  await organizer.getByRole('alert').getByText('Seats that are held or sold cannot be blocked.').waitFor();
  await seatIn(row, '2').click();
  await organizer.getByRole('button', { name: 'Put 1 seat back on sale' }).click();
  await seatIn(buyersRow, '2').and(buyersRow.locator('[aria-disabled=false]')).waitFor({ timeout: TOLD_WITHIN_MS });

  await buyer.getByRole('button', { name: 'Let go of all' }).click();
  await buyer.getByRole('button', { name: 'Choose them again' }).click();
  const reserve = buyer.getByRole('button', { name: 'Reserve', exact: true });
  await organizer.getByRole('button', { name: 'Pause' }).click();
  await organizer.getByText('Paused', { exact: true }).waitFor();
  await buyer.getByText('Sales are paused. Seats can be reserved when they go on.').waitFor();
  await reserve.and(buyer.locator(':disabled')).waitFor();
  const colleague = await stage.visit(`/organizer${eventPath}#token=${await organizerToken}`);
  await colleague.getByRole('button', { name: 'Open', exact: true }).click();
  await organizer.getByText('On sale', { exact: true }).waitFor();
  await reserve.and(buyer.locator(':enabled')).waitFor();
  await organizer.getByRole('button', { name: 'Close', exact: true }).click();
  await organizer.getByText('Closed', { exact: true }).waitFor();
  await buyer.getByText('Sales are closed.').waitFor();
});

test('seats are blocked on the map, too', async () => {
  const organizer = await stage.visit(`/organizer#token=${await organizerToken}`);
  await organizer.getByRole('link', { name: 'The Tempest' }).click();
  await organizer.locator('.legend-free').first().waitFor();
  await organizer.getByRole('application').getByLabel('Map', { exact: true }).focus();
  await organizer.keyboard.press('ArrowRight');
  await organizer.keyboard.press('Enter');
  await organizer.getByRole('button', { name: 'Block 1 seat' }).click();
  await organizer.getByRole('status').getByText('1 seat taken off sale.').waitFor({ state: 'attached' });
});

test('an organizer who meets a rate limit sees when to retry', async () => {
  const organizer = await stage.visit(`/organizer#token=${await organizerToken}`);
  await organizer.getByRole('link', { name: 'The Tempest' }).click();
  await organizer.locator('.legend-free').first().waitFor();
  const limited = { __typename: 'RateLimited', code: 'RATE_LIMITED', message: 'Too many', cause: 'REQUESTS' };
  const fields = ['setSalesStatus', 'blockSeats'];
  await organizer.route('**/graphql', async (route) => {
    const field = fields.find((name) => route.request().postData()?.toLowerCase().includes(name.toLowerCase()));
    if (field === undefined) return route.continue();
    await route.fulfill({ json: { data: { [field]: { ...limited, retryAfterMs: 25_000 } } } });
  });
  const soon = /^Too many requests\. Try again in \d+ seconds\.$/;
  await organizer.getByRole('button', { name: 'Pause' }).click();
  await organizer.locator('.sales').getByText(soon).waitFor();
  await seatIn(await openRow(organizer, 'Stalls', 'B'), '1').click();
  await organizer.getByRole('button', { name: 'Block 1 seat' }).click();
  await organizer.locator('.blocking').getByText(soon).waitFor();
});

test('faults of a plan or a token are shown', async () => {
  const page = await stage.visit('/');
  await page.getByRole('link', { name: 'For organizers' }).click();
  await page.getByLabel('Organizer token').fill('no token at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('This token was refused').waitFor();
  await page.getByLabel('Organizer token').fill(await organizerToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'New event' }).click();
  await page.getByLabel('Seating plan').setInputFiles({
    name: 'plan.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"seats": 12}'),
  });
  await page.getByRole('alert').getByText('This file is not a seating plan').waitFor();
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});

async function create(page: Page): Promise<void> {
  await page.getByLabel('Seating plan').setInputFiles(demoPlan);
  await page.getByText('Lindenhof Theatre, Great Hall: 1,302 seats').waitFor();
  await page.getByLabel('Name').fill('As You Like It');
  expect(await page.getByLabel('Venue').inputValue()).toBe('Lindenhof Theatre, Great Hall');
  await page.getByLabel('Begins at').fill('2030-06-01T20:00');
  for (const category of ['Premium', 'Stalls', 'Balcony', 'Boxes']) {
    await page.getByLabel(new RegExp(`^${category} \\(`)).fill('12.50');
  }
  await page.getByRole('button', { name: 'Create as a draft' }).click();
  await page.getByRole('heading', { name: 'As You Like It' }).waitFor();
}
