import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { offer } from '../api/venue.ts';
import { openStage, type Stage } from './stage.ts';

/** Maximum number of tab stops between two elements. */
const MOST_TABS = 40;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

test('choosing on the map, reserving and paying work by keyboard, with a visible focus', async () => {
  const { eventId } = await offer(stage.node);
  const page = await stage.visit('/');
  await page.getByRole('link', { name: 'Hamlet' }).waitFor();
  await tabTo(page, page.getByRole('link', { name: 'Hamlet' }));
  await page.keyboard.press('Enter');
  await page.locator('.legend-free').first().waitFor();
  expect(new URL(page.url()).pathname).toBe(`/events/${eventId}`);
  expect(await page.evaluate('document.activeElement.id')).toBe('content');

  const map = page.getByRole('application', { name: 'Seat map of Hamlet' }).getByLabel('Map', { exact: true });
  await tabTo(page, map);
  const said = page.getByRole('status');
  await page.keyboard.press('ArrowRight');
  await said.getByText(/^Stalls, row\s\d, seat\s\d+ · \w+ · €\d\d\.00 · free$/).waitFor({ state: 'attached' });
  await page.keyboard.press('Enter');
  await said.getByText(/chosen, €/).waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await page.locator('.sum').getByText('Total · 2 seats').waitFor();

  await tabTo(page, page.getByRole('button', { name: 'Reserve', exact: true }));
  await page.keyboard.press('Enter');
  await page.locator('.clock').waitFor();
  expect(await page.evaluate('document.activeElement.closest(".panel") !== null')).toBe(true);
  await tabTo(page, page.getByLabel('A card that works'));
  await page.keyboard.press('ArrowDown');
  await tabTo(page, page.getByRole('button', { name: /^Pay/ }));
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('The card was declined.').waitFor();
  // Back from the button to extend to the cards.
  for (let tabs = 0; tabs < 2; tabs += 1) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowUp');
  await tabTo(page, page.getByRole('button', { name: /^Pay/ }));
  await page.keyboard.press('Enter');
  await page.locator('.reference').waitFor();
  await said.getByText('Booked. Your booking reference is').waitFor({ state: 'attached' });
  await tabTo(page, page.locator('.panel').getByRole('link', { name: 'My tickets' }));
  await page.keyboard.press('Enter');
  await page.locator('.ticket').waitFor();
});

test('the list has the same actions', async () => {
  const { eventId } = await offer(stage.node);
  const page = await stage.visit(`/events/${eventId}`);
  await page.locator('.legend-free').first().waitFor();
  await tabTo(page, page.getByRole('button', { name: 'List' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.locator('.list-row > summary').nth(1));
  await page.keyboard.press('Enter');
  const seat = page.getByRole('button', { name: /^seat\s3\b/ });
  await tabTo(page, seat);
  await page.keyboard.press('Enter');
  await page
    .locator('.seat-lines')
    .getByText(/^Stalls, row\s2, seat\s3/)
    .waitFor();
  expect(await seat.getAttribute('aria-pressed')).toBe('true');
  await tabTo(page, page.getByRole('button', { name: 'Reserve', exact: true }));
  await page.keyboard.press('Enter');
  await page.locator('.clock').waitFor();
});

test('one key skips to the content', async () => {
  const page = await stage.visit('/');
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'Skip to content' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.closest("main") !== null')).toBe(true);
});

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});

/** Presses Tab until the element has the focus. Every element on the way must show its focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    expect(
      await outlineOf(focused),
      await focused.evaluate(({ outerHTML }) => outerHTML.slice(0, 200)),
    ).toBeGreaterThan(1);
    if ((await wanted.and(focused).count()) === 1) return;
  }
  throw new Error(`${MOST_TABS} tabs did not lead to ${wanted}`);
}

/** Width in CSS pixels. */
function outlineOf(element: Locator): Promise<number> {
  return element.evaluate((it) => {
    const { outlineStyle, outlineWidth } = it.ownerDocument.defaultView?.getComputedStyle(it) ?? {
      outlineStyle: 'none',
      outlineWidth: '',
    };
    return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
  });
}
