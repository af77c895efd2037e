import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { offer } from '../api/venue.ts';
import { send } from '../support/graphql.ts';
import { waitFor } from '../support/wait-for.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage } from './stage.ts';

const PER_MINUTE = 30;
/** The longest wait in the tests is a minute from the refusal. */
const OVER_WITHIN_MS = 90_000;

let stage: Stage;
beforeAll(async () => {
  // Tests of rates hold one seat at a time; one request asks for more than the network's limit.
  const limits = { MAX_SEATS_PER_ADDRESS: '6', MAX_SEATS_PER_RESERVATION: '8' };
  stage = await openStage({ env: { ...limits, RATE_LIMIT_PER_MINUTE: String(PER_MINUTE) } });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const reserveButton = (page: Page) => page.getByRole('button', { name: 'Reserve', exact: true });

/** A guest who has chosen seats of a new event. */
async function chooser(numbers: readonly string[]): Promise<Page> {
  const page = await stage.visit(`/events/${(await offer(stage.node)).eventId}`);
  await choose(page, numbers);
  return page;
}

async function choose(page: Page, numbers: readonly string[]): Promise<void> {
  const row = await openRow(page, 'Stalls', '1');
  for (const number of numbers) await seatIn(row, number).click();
}

/** Cancels the reservation, and chooses its seats again. */
async function letGo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Let go of all' }).click();
  await page.getByRole('heading', { name: 'Let go' }).waitFor();
  await page.getByRole('button', { name: 'Choose them again' }).and(page.locator('[aria-disabled=false]')).click();
}

/** Uses up the guest's rate limit in one request. */
async function sendTooMuch(page: Page): Promise<void> {
  const { origins } = await page.context().storageState();
  const kept = origins.flatMap(({ localStorage }) => localStorage);
  const token = kept.find(({ name }) => name === 'holdfast guest /graphql')?.value;
  const asked = Array.from(
    { length: PER_MINUTE + 1 },
    (_, nth) => `c${nth}: cancelReservation(input: $input) { __typename }`,
  );
  const text = `mutation ($input: CancelReservationInput!) { ${asked.join(' ')} }`;
  const { data } = await send<Record<string, { __typename: string }>, object>(
    stage.node.graphqlUrl,
    text,
    { input: { reservationId: 'x' } },
    token,
  );
  expect(Object.values(data ?? {}).at(-1)).toMatchObject({ __typename: 'RateLimited' });
}

/** The displayed seconds, until there are none. */
async function untilOver(page: Page): Promise<number[]> {
  const shown: number[] = [];
  const timer = page.locator('.notice').getByRole('timer');
  const look = async () => {
    const text = (await timer.textContent()) ?? '';
    const seconds = Number(/^Try again in (\d+) seconds?\.$/.exec(text)?.[1] ?? Number.NaN);
    if (seconds !== shown.at(-1) && !Number.isNaN(seconds)) shown.push(seconds);
    return text === 'You can try again now.';
  };
  await waitFor(look, { withinMs: OVER_WITHIN_MS, what: 'the end of the wait' });
  return shown;
}

/** They count down to the last second. */
function expectCountdown(seconds: readonly number[]): void {
  expect(seconds).toEqual(seconds.toSorted((one, other) => other - one));
  expect(new Set(seconds).size).toBeGreaterThan(1);
}

test.concurrent('a guest who sends too much sees when to retry, and can reserve then', async () => {
  const page = await chooser(['1']);
  await reserveButton(page).click();
  await page.locator('.clock').waitFor();
  await letGo(page);
  await sendTooMuch(page);
  await reserveButton(page).click();
  await page.locator('.notice').getByText('Too many requests.').waitFor();
  await page
    .getByRole('status')
    .getByText(/^Too many requests. Try again in \d+ seconds?\.$/)
    .waitFor();
  expectCountdown(await untilOver(page));
  await page.getByRole('status').getByText('You can try again now.', { exact: true }).waitFor();
  await reserveButton(page).click();
  await page.locator('.clock').waitFor();
  expect(await page.locator('.notice').count()).toBe(0);
});

test.concurrent('a guest who releases a seat again and again cannot reserve it for a while', async () => {
  const page = await chooser(['2']);
  const leftToOthers = page.locator('.notice').getByText('let others have a turn');
  const held = page.locator('.clock');
  await reserveButton(page).click();
  // Pauses grow, so that the first ones may be over before the retry on a slow machine.
  for (let turn = 0; turn < 6; turn += 1) {
    await held.or(leftToOthers).waitFor();
    if (await leftToOthers.isVisible()) break;
    await letGo(page);
    await reserveButton(page).click();
  }
  await leftToOthers.waitFor();
  await page.getByRole('button', { name: 'DE Deutsch' }).click();
  await page.locator('.notice').getByText('Jetzt sind andere an der Reihe.').waitFor();
  await page.getByRole('button', { name: 'EN English' }).click();
  expectCountdown(await untilOver(page));
  await reserveButton(page).click();
  await held.waitFor();
});

test.concurrent('messages name the kind of limit', async () => {
  const page = await chooser(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  const notice = page.getByRole('alert');
  await notice.getByText('At most 8 seats can be reserved at once.').waitFor();
  await page.locator('.sum').getByText('Total · 8 seats').waitFor();
  await page.getByRole('button', { name: 'Remove Stalls, row 1, seat 8' }).click();
  await reserveButton(page).click();
  await notice.getByText('Guests of your network can hold 6 seats at a time, all together.').waitFor();
});

test.concurrent('a refusal shows that sales were paused', async () => {
  const page = await chooser(['3']);
  const refusal = { __typename: 'SalesNotOpen', code: 'SALES_NOT_OPEN', message: 'Paused', salesStatus: 'PAUSED' };
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('reserveSeats')) return route.continue();
    await route.fulfill({ json: { data: { reserveSeats: refusal } } });
  });
  await reserveButton(page).click();
  await page.getByRole('alert').getByText('Sales are paused.').waitFor();
  await reserveButton(page).and(page.locator(':disabled')).waitFor();
});

test.concurrent('a guest who reads too much sees when to retry', async () => {
  const page = await stage.visit();
  const limited = { message: 'Too many', extensions: { code: 'RATE_LIMITED', retryAfterMs: 25_000 } };
  const refuse = { status: 429, contentType: 'application/json', body: JSON.stringify({ errors: [limited] }) };
  await page.route('**/graphql', (route) => route.fulfill(refuse));
  await page.reload();
  const message = page.locator('.message');
  await message.getByText(/^Too many requests. Try again in \d+ seconds\.$/).waitFor();
  await message.getByText('You can try again now.').waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.event-card').first().waitFor();
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
