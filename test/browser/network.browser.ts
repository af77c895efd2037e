import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { offer, organizerToken } from '../api/venue.ts';
import { dataOf } from '../support/graphql.ts';
import { PrefixProxy } from '../support/prefix-proxy.ts';
import { houseOf, take } from './crowd.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage, TOLD_WITHIN_MS } from './stage.ts';

/** Three seconds. The rest is for a busy machine. */
const SAID_WITHIN_MS = 10_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

async function putSales(eventId: string, salesStatus: 'ON_SALE' | 'PAUSED'): Promise<void> {
  const input = { eventId, salesStatus };
  await dataOf(stage.node.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
}

const reserveButton = (page: Page) => page.getByRole('button', { name: 'Reserve', exact: true });

test.concurrent('reserving and paying show the loss of the network, and continue with the same key', async ({
  expect,
}) => {
  const page = await stage.visit(`/events/${(await offer(stage.node)).eventId}`);
  await seatIn(await openRow(page, 'Stalls', '1'), '2').click();
  const keys = new Set<string>();
  page.on('request', (request) => {
    const { variables } = (request.postDataJSON() ?? {}) as { variables?: { input?: { idempotencyKey?: string } } };
    if (variables?.input?.idempotencyKey) keys.add(variables.input.idempotencyKey);
  });
  const said = page.locator('.bar').getByRole('alert').getByText('No connection. Nothing is lost');

  await page.context().setOffline(true);
  await reserveButton(page).click();
  await said.waitFor({ timeout: SAID_WITHIN_MS });
  await page.getByRole('button', { name: 'Reserving…' }).waitFor();
  await page.context().setOffline(false);
  await page.locator('.clock').waitFor();
  expect(keys.size).toBe(1);
  expect(await said.count()).toBe(0);

  // Requests from now on get no answer and no error.
  await page.route('**/graphql', () => {});
  await page.getByRole('button', { name: /^Pay/ }).click();
  await said.waitFor({ timeout: SAID_WITHIN_MS });
  await page.getByRole('button', { name: 'Paying…' }).waitFor();
  await page.unroute('**/graphql');
  await page.locator('.reference').waitFor();
  await page.getByRole('link', { name: 'My tickets' }).first().click();
  await expect.poll(() => page.locator('.ticket').count()).toBe(1);
});

test.concurrent.for(['are refused', 'are left waiting'] as const)(
  'where websockets %s the page asks instead, and says so, until one gets through',
  async (fate, { expect }) => {
    await using proxy = await PrefixProxy.open(stage.node.url, { prefix: '/tickets', passesOn: false });
    proxy.websockets = fate;
    const { eventId } = await offer(stage.node);
    const page = await stage.visit(`${proxy.url}events/${eventId}`);
    const banner = page.getByRole('status').getByText('This network blocks live updates');
    await banner.waitFor();
    const row = await openRow(page, 'Stalls', '1');
    await take(stage.node, await houseOf(stage.node, eventId), [4]);
    await seatIn(row, '5').getByText('held by somebody').waitFor({ state: 'attached' });
    await seatIn(row, '2').click();
    await putSales(eventId, 'PAUSED');
    await page.getByText('Sales are paused. Seats can be reserved when they go on.').waitFor();
    await putSales(eventId, 'ON_SALE');
    await reserveButton(page).click();
    await page.locator('.clock').waitFor();
    expect(await page.getByText('The connection is lost').count()).toBe(0);

    proxy.websockets = 'pass';
    await banner.waitFor({ state: 'hidden', timeout: 90_000 });
    await take(stage.node, await houseOf(stage.node, eventId), [6]);
    await seatIn(row, '7').getByText('held by somebody').waitFor({ state: 'attached', timeout: TOLD_WITHIN_MS });
    await page.context().close();
  },
);

test.concurrent('a second tab shows the reservation of the first, and its booking', async () => {
  const { eventId } = await offer(stage.node);
  const first = await stage.visit(`/events/${eventId}`);
  const second = await first.context().newPage();
  await second.goto(first.url());
  await second.locator('.legend-free').first().waitFor();
  await first.bringToFront();
  await seatIn(await openRow(first, 'Stalls', '1'), '3').click();
  await reserveButton(first).click();
  await first.locator('.clock').waitFor();
  await second.locator('.clock').waitFor();
  await second.locator('.seat-lines').getByText('Stalls, row 1, seat 3').waitFor();
  await first.getByRole('button', { name: /^Pay/ }).click();
  const reference = (await first.locator('.reference strong').textContent()) ?? '';
  await second.locator('.reference').getByText(reference).waitFor();
  // A second reservation, now that both tabs are signed in.
  await first.getByRole('button', { name: 'Choose more seats' }).click();
  await seatIn(await openRow(first, 'Stalls', '2'), '4').click();
  await reserveButton(first).click();
  await second.locator('.clock').waitFor();
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
