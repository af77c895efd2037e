import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { emptyFolder } from '../cli/folder.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

/** A copy of the repository with uncommitted changes after `npm ci`, without build outputs. */
export async function unbuiltCopy() {
  const folder = await emptyFolder();
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    maxBuffer: 10_000_000,
  });
  const names = listed.stdout.split('\0').filter((name) => name !== '' && !name.startsWith('docs/'));
  for (const name of names) await cp(join(repository, name), join(folder.path, name));
  await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

/** Packs a folder of the repository, which builds it. Resolves to the file's path and npm's output. */
export async function pack(copy: string, what: string, into: string) {
  // Overrides npm's settings of the test run.
  const args = ['pack', what, '--pack-destination', into, '--loglevel', 'notice'];
  const { stdout, stderr } = await run('npm', args, { cwd: copy, maxBuffer: 10_000_000 });
  const [packed = ''] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
  return { file: join(into, packed), printed: stderr + stdout };
}

/** A folder of an app with the packed client installed, and with Vite. */
export async function appWithClient() {
  await using copy = await unbuiltCopy();
  await using packs = await emptyFolder();
  const app = await emptyFolder();
  await writeFile(join(app.path, 'package.json'), '{ "type": "module", "private": true }');
  const { file, printed } = await pack(copy.path, './packages/client', packs.path);
  // Offline: dependencies come from this repository, because the registry may be unreachable.
  const needed = ['graphql', 'graphql-ws', '@graphql-typed-document-node/core'].map(folderOf);
  const options = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...options, file, ...needed], { cwd: app.path });
  await addPackage(app.path, 'vite');
  return Object.assign(app, { printed });
}

function folderOf(name: string): string {
  return join(repository, 'node_modules', name);
}

/** Copies a package of this repository into the app. */
export async function addPackage(app: string, name: string): Promise<void> {
  const place = join(app, 'node_modules', name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(folderOf(name), place);
}
