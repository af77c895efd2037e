import type { Page } from 'playwright-core';
import { afterAll, beforeAll, type ExpectStatic, expect, test } from 'vitest';
import { ServerProcess } from '../api/server-process.ts';
import { offer } from '../api/venue.ts';
import { emptyFolder } from '../cli/folder.ts';
import { LooseLink } from '../client/loose-link.ts';
import { hasRunOut } from '../support/graphql.ts';
import { nodeEnv, tokenFor } from '../support/node.ts';
import { houseOf, take } from './crowd.ts';
import { hold, openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage, TOLD_WITHIN_MS } from './stage.ts';

/** A little more than the test takes before they expire. */
const GUEST_SECONDS = 12;
const ORGANIZER_SECONDS = 20;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { GUEST_TOKEN_SECONDS: String(GUEST_SECONDS) } });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

test.concurrent('a killed server: the map is shown as stale, and recovers by itself; reservations persist', async () => {
  await using folder = await emptyFolder();
  const serve = (port: string) =>
    ServerProcess.serve({ cwd: folder.path, env: { ...nodeEnv, PORT: port, DATA_DIR: `${folder.path}/data` } });
  await using first = serve('0');
  const graphqlUrl = await first.ready();
  const { origin, port } = new URL(graphqlUrl);
  const ann = await stage.visit(origin);
  await ann.getByRole('link', { name: 'The Tempest' }).click();
  const row = await openRow(ann, 'Stalls', 'C');
  await hold(row, '10');

  first.signal('SIGKILL');
  await ann.getByRole('alert').getByText('The connection is lost.').waitFor();
  await ann.getByText('Your seats are still held; the time goes on.').waitFor();
  await first.ended();
  await using second = serve(port);
  await second.ready();
  await ann.locator('.banner').waitFor({ state: 'hidden', timeout: 40_000 });
  await ann.getByRole('status').getByText('Connected again').waitFor({ state: 'attached' });

  await seatIn(row, '10').getByText('held for you').waitFor({ state: 'attached' });
  const house = await houseOf({ graphqlUrl }, new URL(ann.url()).pathname.split('/').at(-1) ?? '');
  await take({ graphqlUrl }, house, [house.labels.indexOf('Stalls, row C, seat 11')]);
  await seatIn(row, '11').getByText('held by somebody').waitFor({ state: 'attached', timeout: TOLD_WITHIN_MS });
  await ann.getByRole('button', { name: /^Pay/ }).click();
  await ann.locator('.reference').waitFor();
});

test.concurrent('how to pay is asked again where the server could not be reached', async () => {
  const house = await offer(stage.node);
  const ann = await stage.visit(`/events/${house.eventId}`);
  await ann.route('**/graphql', (route) =>
    route.request().postData()?.includes('paymentProvider') ? route.abort() : route.continue(),
  );
  await hold(await openRow(ann, 'Stalls', '1'), '1');
  await ann.getByRole('button', { name: 'Try again' }).waitFor();
  await ann.unroute('**/graphql');
  await ann.getByRole('button', { name: /^Pay/ }).click();
  await ann.locator('.reference').waitFor();
});

test.concurrent('a laptop shows what it missed soon after it wakes', async () => {
  await using link = await LooseLink.open(stage.node.url);
  const house = await offer(stage.node);
  const ann = await stage.visit(`${new URL(link.graphqlUrl).origin}/events/${house.eventId}`);
  const row = await openRow(ann, 'Stalls', '1');
  link.freeze();
  await take(stage.node, house, [4]);
  await ann.evaluate('{ const { now } = Date; Date.now = () => now() + 3_600_000 }');
  await seatIn(row, '5').and(row.locator('[aria-disabled=true]')).waitFor({ timeout: 20_000 });
  await ann.getByRole('status').getByText('Connected again').waitFor({ state: 'attached' });
});

test.concurrent('a guest whose token runs out during a hold pays, and finds the ticket', async ({ expect }) => {
  const { house, ann, row } = await guestWhoHolds();
  const first = await guestToken(ann);
  await runOut(expect, first);
  await take(stage.node, house, [7]);
  await seatIn(row, '8').and(row.locator('[aria-disabled=true]')).waitFor({ timeout: TOLD_WITHIN_MS });
  await ann.getByRole('button', { name: /^Pay/ }).click();
  const reference = await ann.locator('.reference strong').textContent();
  expect(await guestToken(ann)).not.toBe(first);
  await ann.goto(`${stage.node.url}/tickets`);
  await ann.getByText(reference ?? '').waitFor();
});

test.concurrent('a guest whose token expired meanwhile returns to the reservation', async ({ expect }) => {
  const { ann } = await guestWhoHolds();
  const token = await guestToken(ann);
  await ann.goto('about:blank');
  await runOut(expect, token);
  await ann.goto(`${stage.node.url}/tickets`);
  await ann.getByRole('timer').waitFor();
});

test.concurrent('tabs of a browser that reserve at the same time are one guest', async () => {
  const house = await offer(stage.node);
  const first = await stage.visit(`/events/${house.eventId}`);
  const second = await first.context().newPage();
  await second.goto(first.url());
  const tabs = [first, second];
  for (const [nth, tab] of tabs.entries()) await seatIn(await openRow(tab, 'Stalls', '1'), String(nth + 1)).click();
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Reserve', exact: true }).click()));
  await Promise.all(tabs.map((tab) => tab.locator('.clock').waitFor()));
  await first.goto(`${stage.node.url}/tickets`);
  await first.getByRole('timer').nth(1).waitFor();
});

test.concurrent('a guest who is unknown to the server is told so, and the map continues', async () => {
  const { house, ann, row } = await guestWhoHolds();
  await ann.evaluate("localStorage.setItem('holdfast guest /graphql', 'of another server')");
  await ann
    .getByRole('heading', { name: 'Your sign-in has run out' })
    .waitFor({ timeout: (GUEST_SECONDS + 20) * 1_000 });
  await take(stage.node, house, [7]);
  await seatIn(row, '8').and(row.locator('[aria-disabled=true]')).waitFor({ timeout: TOLD_WITHIN_MS });
  await ann.getByRole('button', { name: 'Choose seats' }).click();
  await hold(row, '3');
});

const guestToken = (page: Page) =>
  page.evaluate("localStorage.getItem('holdfast guest /graphql') ?? ''") as Promise<string>;

/** A guest who holds the first seat of a new event. */
async function guestWhoHolds() {
  const house = await offer(stage.node);
  const ann = await stage.visit(`/events/${house.eventId}`);
  const row = await openRow(ann, 'Stalls', '1');
  await hold(row, '1');
  return { house, ann, row };
}

/** Waits until the server refuses the token. */
const runOut = (expect: ExpectStatic, token: string) =>
  expect
    .poll(() => hasRunOut(stage.node.graphqlUrl, token), { timeout: (GUEST_SECONDS + 20) * 1_000, interval: 500 })
    .toBe(true);

test.concurrent('an organizer whose token runs out is asked for another', async ({ expect }) => {
  const { eventId } = await offer(stage.node);
  const token = await tokenFor('box office', ['ORGANIZER'], ORGANIZER_SECONDS);
  const page = await stage.visit(`/organizer/events/${eventId}#token=${token}`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('status').getByText('Sales: Paused.').waitFor({ state: 'attached' });
  const asked = page.getByText('Your organizer token has run out.');
  await expect
    .poll(
      async () => {
        const open = page.getByRole('button', { name: /^(Open|Pause)$/ }).and(page.locator(':enabled'));
        if (await open.count()) await open.first().click();
        return asked.count();
      },
      { timeout: (ORGANIZER_SECONDS + 10) * 1_000, interval: 500 },
    )
    .toBe(1);
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
