import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServer } from 'vite';
import { expect, test } from 'vitest';
import { emptyFolder } from '../cli/folder.ts';
import { openStage, TOLD_WITHIN_MS } from './stage.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

test('the first front end of the README works as it stands there, with the package as it is packed', async () => {
  await using stage = await openStage();
  await using folder = await emptyFolder();
  await installPackage(folder.path);
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

/** As `npm install` of the packed file does it, without asking the registry for what the client needs. */
async function installPackage(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const installed = join(modules, 'holdfast');
  await mkdir(installed, { recursive: true });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: repository });
  const [packed = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await run('tar', ['xzf', join(folder, packed), '-C', installed, '--strip-components', '1']);
  const socket = createRequire(import.meta.url).resolve('graphql-ws/package.json');
  await symlink(join(socket, '..'), join(modules, 'graphql-ws'));
}
