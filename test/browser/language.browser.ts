import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { offer } from '../api/venue.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

let path: string;
beforeEach(async () => {
  path = `/events/${(await offer(stage.node)).eventId}`;
});

test('a German browser shows German texts, prices and dates', async () => {
  const page = await stage.visit(path, { locale: 'de-AT', timezoneId: 'Europe/Vienna' });
  await page.getByText('1. Mai 2030 um 19:30 (UTC)').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  const row = await openRow(page, 'Stalls', '1');
  await seatIn(row, '2').click();
  await page
    .getByRole('status')
    .getByText(/^Stalls, Reihe\s1, Platz\s2 gewählt, /)
    .waitFor({ state: 'attached' });
  expect(await page.locator('.sum strong').textContent()).toMatch(/^(€\s50,00|50,00\s€)$/);
  await page.getByRole('button', { name: 'Reservieren', exact: true }).click();
  await page.getByRole('button', { name: 'Mehr Zeit' }).click();
  await page.getByText('Mehr Zeit gibt es nicht.').waitFor();
  await page.getByRole('button', { name: /bezahlen$/ }).click();
  await page.getByText('Buchungsnummer', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Meine Tickets' }).first().click();
  await page.getByRole('heading', { name: 'Meine Tickets' }).waitFor();
});

test('another language is applied at once, without losing state, and stored', async () => {
  const page = await stage.visit(path);
  const row = await openRow(page, 'Stalls', '1');
  await seatIn(row, '4').click();
  await page.getByRole('button', { name: 'DE Deutsch' }).click();
  await page
    .locator('.seat-lines')
    .getByText(/^Stalls, Reihe\s1, Platz\s4/)
    .waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Ihre Plätze' }).waitFor();
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
