import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { expect, test } from 'vitest';
import { appWithClient } from '../client/installed-client.ts';
import { openStage, TOLD_WITHIN_MS } from './stage.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

test('the first front end of the README works as it stands there, with the client as it is packed and installed', async () => {
  await using stage = await openStage();
  await using folder = await appWithClient();
  await writeFile(
    join(folder.path, 'index.html'),
    (await page()).replace('127.0.0.1:4000', new URL(stage.node.url).host),
  );
  const vite = await createServer({ root: folder.path, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
  try {
    await vite.listen();
    const url = vite.resolvedUrls?.local[0] ?? '';
    const [ann, ben] = [await stage.visit(url), await stage.visit(url)];
    for (const each of [ann, ben]) await each.getByText('The Tempest: 1302 seats free, live').waitFor();
    const seat = 'circle:nth-of-type(20)';
    await ann.locator(seat).click();
    await ann.getByText(/Stalls, row A, seat 20: 59\d s to pay/).waitFor();
    await ben.locator(`${seat}.RESERVED`).waitFor({ timeout: TOLD_WITHIN_MS });
    await ben.locator(seat).click();
    await ben.getByText('Somebody else was faster.').waitFor();
    await ann.getByRole('button', { name: 'Pay' }).click();
    await ann.getByText(/^Booked: \w{4}-\w{4}$/).waitFor();
    await ben.locator(`${seat}.BOOKED`).waitFor({ timeout: TOLD_WITHIN_MS });
    expect(stage.complaints).toEqual([]);
  } finally {
    await vite.close();
  }
});

async function page(): Promise<string> {
  const readme = await readFile(join(repository, 'README.md'), 'utf8');
  const [, text] = /^```html\n(.*?)^```$/ms.exec(readme) ?? [];
  if (text === undefined) throw new Error('the README has no front end');
  return text;
}
