import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** An installed browser. Throws with what to install if there is none. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    // The sandbox does not work for root, as in most containers.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error('The browser tests need Chromium, which is not in PATH: apt-get install chromium');
  }
  return found;
}
