import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The folder is open already; two at once would destroy the database in it. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
}

/** What this process has open. Its lock alone does not tell: it could be left from an earlier process of the same id. */
const openHere = new Set<string>();

/** For a lock that was created and not written yet. One that stays empty is left from a crash in between. */
const WRITTEN_WITHIN_MS = 500;
const LOOK_AGAIN_MS = 20;

/**
 * Claims the folder for this process by a file that names it. A file left by a process that is gone is taken over.
 * Returns how to let go. Rejects with `DataDirInUse`.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(await realpath(dataDir), 'lock');
  if (openHere.has(path)) throw new DataDirInUse(`${dataDir} is open in this process already`);
  openHere.add(path);
  try {
    await claim(path, dataDir);
  } catch (error) {
    openHere.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    openHere.delete(path);
  };
}

async function claim(path: string, dataDir: string): Promise<void> {
  const self = await nameOf(process.pid);
  for (;;) {
    try {
      return await writeFile(path, self, { flag: 'wx' });
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const owner = await readOwner(path);
    if (owner !== self && (await isRunning(owner))) {
      throw new DataDirInUse(`${dataDir} is in use by another Holdfast (process ${owner.split(' ')[0]})`);
    }
    await removeLeftover(path, owner);
  }
}

/** Empty when the file is, or has gone. */
async function readOwner(path: string): Promise<string> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const owner = await readFile(path, 'utf8').catch(() => undefined);
    if (owner === undefined) return '';
    if (owner !== '' || waitedMs >= WRITTEN_WITHIN_MS) return owner;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Of two that find the same leftover, the slower one must not remove the lock that the quicker one has put in its place. */
async function removeLeftover(path: string, owner: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) === owner) await rm(aside);
  else await rename(aside, path);
}

/** '4711 86221': the process, and on Linux when it started, as its id may be given to another after it. */
async function nameOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the program's name stands in brackets and may hold anything; the start is the 20th field behind it.
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${pid} ${started}`;
}

async function isRunning(owner: string): Promise<boolean> {
  const pid = Number.parseInt(owner, 10);
  if (!(pid > 0) || owner !== (await nameOf(pid))) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
