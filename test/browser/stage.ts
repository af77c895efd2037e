import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { App } from '../../src/app.ts';
import { type NodeOptions, startNode } from '../support/node.ts';
import { launchChromium } from './chromium.ts';

/** One node with the demo event, and browsers. */
export interface Stage extends AsyncDisposable {
  readonly node: App;
  readonly browser: Browser;
  /** Opens a page in a new browser context. `path` may be a whole URL. */
  visit(path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors in the consoles of all pages. */
  readonly complaints: readonly string[];
}

/** Maximum delay of messages on a busy machine. Without messages, maps are corrected after seven seconds. */
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

/** Opens a page, and records its errors and CSP violations. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  complaints: string[],
): Promise<Page> {
  // Without animations, so that every screenshot shows a final state.
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
