import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type StripeNode, startStripeNode } from '../api/stripe-node.ts';
import { offer } from '../api/venue.ts';
import { launchChromium } from './chromium.ts';
import { openRow, seatIn } from './seat-list.ts';
import { desktop } from './stage.ts';
import { serveStripeJs } from './stripe-js.ts';

const card = { visa: 'pm_card_visa', declined: 'pm_card_chargeDeclined', asks: 'pm_card_threeDSecure2Required' };
let stage: StripeNode;
let browser: Awaited<ReturnType<typeof launchChromium>>;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  stage = await startStripeNode();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** Somebody who holds a seat, and has Stripe's form before them. */
beforeEach(async () => {
  const { eventId } = await offer(stage.node);
  const context = await browser.newContext({ ...desktop, reducedMotion: 'reduce' });
  await serveStripeJs(context, stage.double);
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(new URL(`/events/${eventId}`, stage.node.url).href);
  const row = await openRow(page, 'Stalls', '1');
  await seatIn(row, '4').click();
  await seatIn(row, '5').click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.getByLabel('Card of 10000 eur manual').waitFor();
  return () => context.close();
});

const form = () => page.getByLabel(/^Card of /);
const pay = () => page.getByRole('button', { name: /^Pay €/ }).click();
const isBooked = () => page.getByText('Booking reference', { exact: true }).waitFor();
const isDeclined = () =>
  page.getByRole('alert').getByText('The card was declined. Your seats are still held').waitFor();
const bank = () => page.getByRole('dialog', { name: 'The bank of Stripe' });

test('a card is declined in Stripe’s own form, and another one pays', async () => {
  await form().selectOption(card.declined);
  await pay();
  await isDeclined();
  await form().selectOption(card.visa);
  await pay();
  await isBooked();
  expect(complaints).toEqual([]);
});

test.each(['Complete', 'Fail'])('the bank asks in a dialog of Stripe’s: %s', async (answer) => {
  await form().selectOption(card.asks);
  await pay();
  await bank().getByRole('button', { name: answer }).click();
  await (answer === 'Complete' ? isBooked() : isDeclined());
  expect(complaints).toEqual([]);
});

test('a Stripe that cannot be reached is told, and may be tried again', async () => {
  const unreachable = 'https://api.stripe.com/**';
  await page.route(unreachable, (route) => route.abort());
  await pay();
  await page.getByRole('alert').waitFor();
  await page.unroute(unreachable);
  await pay();
  await isBooked();
});

test('the form follows the sum, as seats are let go of', async () => {
  await page.getByRole('button', { name: /^Let go of Stalls, row 1, seat 5/ }).click();
  await page.getByLabel('Card of 5000 eur manual').waitFor();
  await pay();
  await isBooked();
});
