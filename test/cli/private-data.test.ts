import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { severalProcesses, startServer } from './command-line.ts';
import { emptyFolder } from './folder.ts';

/** The usual umask, which child processes inherit. */
let before: number;
beforeAll(() => {
  before = process.umask(0o022);
});
afterAll(() => void process.umask(before));

test("the embedded database is its owner's alone, also in a folder that was not", severalProcesses, async () => {
  await using folder = await emptyFolder();
  const dataDir = join(folder.path, 'data');
  await mkdir(dataDir);
  await chmod(dataDir, 0o755);
  await using _server = await startServer({ cwd: folder.path });
  const rights = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await rights(dataDir)).toBe('700');
  const inside = await readdir(dataDir, { recursive: true });
  expect(inside).toEqual(expect.arrayContaining(['jwt-secret', 'lock', join('postgres', 'PG_VERSION')]));
  // Postgres may delete files meanwhile.
  const found = await Promise.all(inside.map((name) => rights(join(dataDir, name)).catch(() => '600')));
  expect([...new Set(found)].sort()).toEqual(['600', '700']);
});
