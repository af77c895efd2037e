import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { excessWidth, motions, violations } from './audit.ts';
import { fill, houseOf } from './crowd.ts';
import { type MainState, mainStates } from './main-states.ts';
import { desktop, openStage, phone, type Stage } from './stage.ts';

/** Folder for screenshots; none by default. */
const pictures = process.env.SCREENSHOTS;

/** Screenshots in docs/ and the README. */
const pictured: ReadonlySet<string> = new Set([
  'events',
  'map',
  'list',
  'somebody was faster',
  'held',
  'time runs out',
  'booked',
  'tickets',
  'connection lost',
  'blocking seats',
]);
const few: ReadonlySet<string> = new Set(['map', 'somebody was faster', 'held']);

/** Both languages and colour schemes. Each uses other seats. */
const devices = [
  {
    name: 'desktop',
    options: { ...desktop, colorScheme: 'light' },
    wanted: { row: 'H', numbers: ['17', '18', '19'] },
    audited: 'en',
    pictured,
  },
  {
    name: 'phone',
    options: { ...phone, viewport: { width: 390, height: 664 }, colorScheme: 'dark' },
    wanted: { row: 'H', numbers: ['22', '23', '24'] },
    audited: 'de',
    pictured,
  },
] as const;

/** For people only: layout.browser.ts tests for cut-off texts. */
const furtherPictures = [
  {
    name: 'tablet',
    options: { ...phone, viewport: { width: 820, height: 1180 }, deviceScaleFactor: 1, colorScheme: 'dark' },
    wanted: { row: 'G', numbers: ['17', '18', '19'] },
    audited: 'en',
    pictured: few,
  },
  {
    name: 'zoomed',
    options: { ...desktop, viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, colorScheme: 'dark' },
    wanted: { row: 'J', numbers: ['17', '18', '19'] },
    audited: 'en',
    pictured: few,
  },
] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { RESERVATION_SECONDS: '600' } });
  const page = await stage.visit('/');
  const link = await page.locator('.event-card a').getAttribute('href');
  const house = await houseOf(stage.node, link?.split('/').at(-1) ?? '');
  await fill(stage.node, house, (label) => /Stalls, row [GHJ], seat (1[5-9]|2[0-9])$/.test(label));
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const languages = { de: 'DE Deutsch', en: 'EN English' } as const;

/** Each screenshot is also checked by axe. */
test.concurrent.for([...devices, ...(pictures ? furtherPictures : [])])(
  'on a $name everything fits, nothing moves for those who asked for no motion, and axe finds nothing serious',
  { timeout: 400_000 },
  async (device, { expect }) => {
    for await (const { name, page } of mainStates(stage, device.options, device.wanted)) {
      for (const language of ['de', 'en'] as const) {
        const at = `${name}, ${device.name}, ${language}`;
        await inLanguage(page, language);
        expect.soft(await excessWidth(page), at).toBe(0);
        if (language !== device.audited) continue;
        expect.soft(await motions(page), at).toEqual([]);
        expect.soft(await violations(page), at).toEqual([]);
        if (pictures && device.pictured.has(name)) await picture({ name, page }, `${device.name}-${language}`);
      }
    }
  },
);

/** Keeps the scroll position. The language buttons are at the top. */
async function inLanguage(page: Page, language: keyof typeof languages): Promise<void> {
  const y = await page.evaluate('scrollY');
  await page.getByRole('button', { name: languages[language] }).click();
  await page.evaluate(`scrollTo(0, ${y})`);
}

async function picture({ name, page }: MainState, look: string): Promise<void> {
  await page.screenshot({ path: `${pictures}/${look}-${name.replaceAll(' ', '-')}.png` });
}

test('no errors in the console', () => {
  expect(stage.complaints).toEqual([]);
});
