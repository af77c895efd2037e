import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { offer, organizerToken } from '../api/venue.ts';
import { LooseLink } from '../client/loose-link.ts';
import { houseOf, take } from './crowd.ts';
import { openRow, seatIn } from './seat-list.ts';
import type { Stage } from './stage.ts';

const demoPlan = fileURLToPath(new URL('../../demo/seating-plan.json', import.meta.url));

/** Three adjacent seats in the stalls. */
export interface Wanted {
  readonly row: string;
  readonly numbers: readonly [string, string, string];
}

export interface MainState {
  readonly name: string;
  readonly page: Page;
}

/** The page's main states on the way to a booking. Each stays as it is until the next one is requested. */
export async function* mainStates(
  stage: Stage,
  device: BrowserContextOptions,
  wanted: Wanted,
): AsyncGenerator<MainState> {
  yield* withoutAnything(stage, device);
  yield* buying(stage, device, wanted);
  yield* inAHurry(stage, device);
  yield* cutOff(stage, device);
  yield* organizing(stage, device);
}

async function* withoutAnything(stage: Stage, device: BrowserContextOptions): AsyncGenerator<MainState> {
  const page = await stage.visit('/tickets', device);
  await page.getByText('You have no tickets yet.').waitFor();
  yield { name: 'no tickets', page };
  await page.goto(`${stage.node.url}/events/nothing`);
  await page.getByText('There is no such event').waitFor();
  yield { name: 'nothing here', page };
  await page.route('**/graphql', (route) => route.abort());
  await page.goto(stage.node.url);
  await page.getByRole('button', { name: 'Try again' }).waitFor({ timeout: 30_000 });
  yield { name: 'unreachable', page };
  await page.context().close();
}

async function* buying(stage: Stage, device: BrowserContextOptions, wanted: Wanted): AsyncGenerator<MainState> {
  const page = await stage.visit('/', device);
  const event = page.locator('.event-card').filter({ hasText: 'Lindenhof' });
  await event.waitFor();
  yield { name: 'events', page };

  await event.getByRole('link').click();
  await page.locator('.legend-free').first().waitFor();
  const house = await houseOf(stage.node, new URL(page.url()).pathname.split('/').at(-1) ?? '');
  yield { name: 'map', page };

  const row = await openRow(page, 'Stalls', wanted.row);
  for (const number of wanted.numbers) await seatIn(row, number).click();
  yield { name: 'list', page };
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  yield { name: 'chosen', page };

  await take(stage.node, house, [house.labels.indexOf(`Stalls, row ${wanted.row}, seat ${wanted.numbers[1]}`)]);
  await page.locator('.lost').waitFor();
  yield { name: 'somebody was faster', page };
  await page.getByRole('button', { name: /^Choose th.* instead$/ }).click();

  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.locator('.clock').waitFor();
  yield { name: 'held', page };
  await page.getByLabel('A card that is declined').check();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.getByRole('alert').waitFor();
  yield { name: 'declined', page };
  await page.getByLabel('A card that works').check();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.locator('.reference').waitFor();
  yield { name: 'booked', page };

  await page.getByRole('link', { name: 'My tickets' }).first().click();
  await page.locator('.ticket').waitFor();
  yield { name: 'tickets', page };
  await page.context().close();
}

async function* inAHurry(stage: Stage, device: BrowserContextOptions): AsyncGenerator<MainState> {
  const { eventId } = await offer(stage.node, { reservationSeconds: 59 });
  const page = await stage.visit(`/events/${eventId}`, device);
  const row = await openRow(page, 'Stalls', '1');
  await seatIn(row, '1').click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.locator('.clock.soon').waitFor();
  yield { name: 'time runs out', page };
  await page.getByRole('button', { name: 'Let go of all' }).click();
  await page.getByRole('heading', { name: 'Let go' }).waitFor();
  yield { name: 'let go', page };
  await page.context().close();
}

async function* cutOff(stage: Stage, device: BrowserContextOptions): AsyncGenerator<MainState> {
  const link = await LooseLink.open(stage.node.url);
  const page = await stage.visit(new URL(link.graphqlUrl).origin, device);
  await page.getByRole('link', { name: 'The Tempest' }).click();
  await page.locator('.legend-free').first().waitFor();
  await link[Symbol.asyncDispose]();
  await page.getByText('The connection is lost.').waitFor();
  yield { name: 'connection lost', page };
  await page.context().close();
}

async function* organizing(stage: Stage, device: BrowserContextOptions): AsyncGenerator<MainState> {
  const page = await stage.visit('/organizer', device);
  await page.getByLabel('Organizer token').waitFor();
  yield { name: 'organizer sign-in', page };
  await page.getByLabel('Organizer token').fill(await organizerToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.event-card').first().waitFor();
  yield { name: 'organizer events', page };

  await page.getByRole('link', { name: 'New event' }).click();
  await page.getByLabel('Seating plan').setInputFiles(demoPlan);
  await page.getByText('1,302 seats').waitFor();
  yield { name: 'new event', page };

  await page.getByRole('link', { name: 'Organizer' }).click();
  await page.getByRole('link', { name: 'The Tempest' }).click();
  await page.locator('.legend-free').first().waitFor();
  const row = await openRow(page, 'Stalls', 'A');
  for (const number of ['1', '2']) await seatIn(row, number).click();
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  yield { name: 'blocking seats', page };
  await page.context().close();
}
