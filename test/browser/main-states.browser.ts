import { afterAll, beforeAll, expect, test } from 'vitest';
import { excessWidth, motions, violations } from './audit.ts';
import { fill, houseOf } from './crowd.ts';
import { type MainState, mainStates } from './main-states.ts';
import { desktop, openStage, phone, type Stage } from './stage.ts';

/** Where pictures are put: only if it is named. */
const pictures = process.env.SCREENSHOTS;

/** Those that docs/ and the README show. */
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

/** Both devices, both languages, by day and by night: each is looked at once by axe, which takes its time. */
test.concurrent.for([
  { device: 'desktop', options: { ...desktop, colorScheme: 'light' }, seats: ['17', '18', '19'], audited: 'en' },
  {
    device: 'phone',
    options: { ...phone, viewport: { width: 390, height: 664 }, colorScheme: 'dark' },
    seats: ['22', '23', '24'],
    audited: 'de',
  },
] as const)(
  'on a $device everything fits, nothing moves for those who asked for no motion, and axe finds nothing serious',
  { timeout: 400_000 },
  async ({ device, options, seats, audited }, { expect }) => {
    for await (const { name, page } of mainStates(stage, options, seats)) {
      for (const language of ['de', 'en'] as const) {
        const at = `${name}, ${device}, ${language}`;
        await page.getByRole('button', { name: languages[language] }).click();
        expect.soft(await excessWidth(page), at).toBe(0);
        if (language !== audited) continue;
        expect.soft(await motions(page), at).toEqual([]);
        expect.soft(await violations(page), at).toEqual([]);
        if (pictures && pictured.has(name)) await picture({ name, page }, `${device}-${language}`);
      }
    }
  },
);

async function picture({ name, page }: MainState, look: string): Promise<void> {
  await page.screenshot({ path: `${pictures}/${look}-${name.replaceAll(' ', '-')}.png` });
}

test('nothing was complained about', () => {
  expect(stage.complaints).toEqual([]);
});
