import { afterAll, beforeAll, expect, test } from 'vitest';
import { offer } from '../api/venue.ts';
import { openRow, seatIn } from './seat-list.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const berlin = { locale: 'de-DE', timezoneId: 'Europe/Berlin' };
const newYork = { locale: 'en-US', timezoneId: 'America/New_York' };

/** Digits and how many of them are behind the point or the comma: '€ 50,00' and '€50.00' alike are '50.00'. */
function figureOf(text: string | null): string {
  const [, whole = '', fraction] = /^\D*?(\d[\d.,\s]*?)(?:[.,](\d{2,3}))?\D*$/u.exec(text ?? '') ?? [];
  return [whole.replaceAll(/\D/g, ''), fraction].filter(Boolean).join('.');
}

test.each([
  ['HUF', '50.00'],
  ['JPY', '5000'],
  ['KWD', '5.000'],
])('a seat for 5,000 of the smallest unit of %s costs %s in Berlin and in New York', async (currency, figure) => {
  const { eventId } = await offer(stage.node, { currency });
  for (const place of [berlin, newYork]) {
    const page = await stage.visit(`/events/${eventId}`, place);
    const legend = page.locator('.legend li', { hasText: 'Front' });
    await legend.waitFor();
    const [, price = ''] = /^Front (.*?)(?: · .*)?$/.exec((await legend.textContent()) ?? '') ?? [];
    // The thousands of yen have a separator, and no fraction.
    expect(currency === 'JPY' ? price.replaceAll(/\D/g, '') : figureOf(price), price).toBe(figure);
    await seatIn(await openRow(page, 'Stalls', '1'), '2').click();
    const sum = await page.locator('.sum strong').textContent();
    expect(sum).toBe(price);
    await page.context().close();
  }
});

test('nothing was complained about', () => {
  expect(stage.complaints).toEqual([]);
});
