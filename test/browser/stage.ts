import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { App } from '../../src/app.ts';
import { type NodeOptions, startNode } from '../support/node.ts';
import { launchChromium } from './chromium.ts';

/** One node with the demo event, and people who look at it. */
export interface Stage extends AsyncDisposable {
  readonly node: App;
  readonly browser: Browser;
  /** Somebody with a browser of their own: nothing is shared with the others. `path` may be a whole address. */
  visit(path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** What any page complained about. */
  readonly complaints: readonly string[];
}

/** How soon others are told on a machine that has other things to do. If nobody told them, their map would be put right after seven seconds. */
export const TOLD_WITHIN_MS = 5_000;

export const desktop = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' };

export const phone = {
  viewport: { width: 390, height: 844 },
  locale: 'en-GB',
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

export async function openStage(options: NodeOptions = {}): Promise<Stage> {
  const node = await startNode(options);
  const browser = await launchChromium();
  const complaints: string[] = [];
  return {
    node,
    browser,
    complaints,
    visit: (path = '/', context = {}) => visit(browser, new URL(path, node.url).href, context, complaints),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await node[Symbol.asyncDispose]();
    },
  };
}

/** Opens a page, and writes down every fault and every breach of its policy. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  complaints: string[],
): Promise<Page> {
  // Without motion: what is looked at is never on its way from one look to another.
  const context = await browser.newContext({ ...desktop, ...options, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(url);
  return page;
}
