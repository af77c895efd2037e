import { afterAll, beforeAll, expect, test } from 'vitest';
import { offer, organizerToken } from '../api/venue.ts';
import { PrefixProxy } from '../support/prefix-proxy.ts';
import { houseOf, take } from './crowd.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage, TOLD_WITHIN_MS } from './stage.ts';

let stage: Stage;
let under: Stage;
beforeAll(async () => {
  stage = await openStage();
  under = await openStage({ env: { BASE_PATH: '/box-office/shop' } });
});
afterAll(() => Promise.all([stage?.[Symbol.asyncDispose](), under?.[Symbol.asyncDispose]()]));

const proxies = [
  ['takes its path away', () => stage, '/tickets', false],
  ['passes its path on', () => under, '/box-office/shop', true],
] as const;

test.each(proxies)(
  'behind a proxy that %s, one buys, live, and comes back to each address',
  async (_, which, prefix, passesOn) => {
    const { node, visit } = which();
    await using proxy = await PrefixProxy.open(node.url, { prefix, passesOn });
    const { eventId } = await offer(node);
    const page = await visit(proxy.url);
    await page.getByRole('link', { name: 'Hamlet' }).click();
    const row = await openRow(page, 'Stalls', '1');
    expect(page.url()).toBe(`${proxy.url}events/${eventId}`);
    await take(node, await houseOf(node, eventId), [4]);
    await seatIn(row, '5').getByText('held by somebody').waitFor({ state: 'attached', timeout: TOLD_WITHIN_MS });
    await seatIn(row, '2').click();
    await page.getByRole('button', { name: 'Reserve', exact: true }).click();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.locator('.reference').waitFor();
    await page.getByRole('link', { name: 'My tickets' }).first().click();
    await page.locator('.ticket').waitFor();
    expect(page.url()).toBe(`${proxy.url}tickets`);
    for (const address of ['tickets', 'tickets/', `events/${eventId}/`]) {
      await page.goto(proxy.url + address);
      await page.locator('.ticket, .event-heading').waitFor();
      expect(
        await page.locator('.brand img').evaluate((image) => (image as unknown as HTMLImage).naturalWidth),
      ).toBeGreaterThan(0);
    }
    await page.context().close();
  },
);

test.each(proxies)(
  'behind a proxy that %s, the explorer asks the API, and takes tokens where the README says',
  async (_, which, prefix, passesOn) => {
    const { node, visit } = which();
    await using proxy = await PrefixProxy.open(node.url, { prefix, passesOn });
    const page = await visit(`${proxy.url}graphql`);
    await page.getByRole('button', { name: 'Send Request' }).click();
    await page.getByText('"The Tempest"').waitFor();
    await page.getByLabel('Set Headers').waitFor();
    await page.getByLabel('Request Handlers').click();
    await page.getByText('Connection Parameters').waitFor();
    await page.context().close();
  },
);

interface HTMLImage {
  readonly naturalWidth: number;
}

test('an unknown address shows a page with links', async () => {
  const page = await stage.visit('/no/such/thing');
  await page.getByText('There is nothing at this address.').waitFor();
  expect(await page.title()).toBe('Not found · Holdfast');
  for (const path of ['/events/none', '/events/', `/organizer/events/none#token=${await organizerToken}`]) {
    await page.goto(new URL(path, stage.node.url).href);
    await page
      .getByText(path === '/events/' ? 'There is nothing at this address.' : 'There is no such event')
      .waitFor();
  }
  await page.getByRole('link', { name: 'All events' }).click();
  await page.getByRole('link', { name: 'The Tempest' }).waitFor();
});

test('an organizer’s token in the address is read at any time, and removed', async () => {
  const token = await organizerToken;
  const page = await stage.visit('/organizer');
  await page.getByLabel('Organizer token').waitFor();
  await page.evaluate(`location.hash = 'token=${token}'`);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  expect(page.url()).toBe(`${stage.node.url}/organizer`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Organizer token').waitFor();
  // Like a link to the same page in a mail or another tab.
  await page.goto(`${stage.node.url}/organizer#token=${token}`);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  expect(page.url()).toBe(`${stage.node.url}/organizer`);
  await page.goBack();
  expect(page.url()).not.toContain('token');
});

test('no errors in the console', () => {
  expect([...stage.complaints, ...under.complaints]).toEqual([]);
});
