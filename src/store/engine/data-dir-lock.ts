import { randomUUID } from 'node:crypto';
import { readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { OperatorError } from '../../operator-error.ts';

/** The folder is open already; two at once would destroy the database in it. */
export class DataDirInUse extends OperatorError {
  override readonly name = 'DataDirInUse';
}

export interface LockTimes {
  readonly renewEveryMs: number;
  readonly lookEveryMs: number;
  /** A lock that is the same at so many looks, one after the other, is no longer renewed. */
  readonly looks: number;
  /** Between taking over such a lock and opening the folder: so long has a former holder that runs again to notice and stop. */
  readonly settleMs: number;
}

/**
 * A holder must miss six renewals: a thread that does nothing else is not kept from its turn for that long on a machine that is
 * merely busy. With the time to settle, a folder whose container was killed is open again in ten seconds.
 */
const TIMES: LockTimes = { renewEveryMs: 1_000, lookEveryMs: 500, looks: 12, settleMs: 2_500 };
/** Where no former holder can run any more: for another newcomer who has found the same leftover. */
const BRIEF_SETTLE_MS = 50;

/** What this process has open. */
const openHere = new Set<string>();

/**
 * Claims the folder for this process by a file that names it and is renewed for as long as the process lives, so that it holds
 * between containers and machines that share a volume: process ids say nothing there. A file left by a process that is gone is
 * taken over: at once if this can be seen from here, otherwise once it is no longer renewed. No clocks are compared.
 * A holder whose lock was taken over, as after it had been suspended, is killed: its database must not write any more.
 * Returns how to let go. Rejects with `DataDirInUse`.
 */
export async function lockDataDir(dataDir: string, times = TIMES): Promise<() => Promise<void>> {
  const path = join(await realpath(dataDir), 'lock');
  if (openHere.has(path)) throw new DataDirInUse(`${dataDir} is open in this process already`);
  openHere.add(path);
  try {
    const owner = `${process.pid} ${await startOf('self')} ${await processSpace()} ${randomUUID()}\n`;
    await claim({ path, dataDir, owner, times });
    const renewing = renew({ path, dataDir, owner, everyMs: times.renewEveryMs });
    return async () => {
      await renewing.terminate();
      if ((await readLock(path))?.startsWith(owner)) await rm(path, { force: true });
      openHere.delete(path);
    };
  } catch (error) {
    openHere.delete(path);
    throw error;
  }
}

/** On a thread of its own, as a statement of the embedded database keeps the main thread for as long as it takes. */
function renew(lock: { path: string; dataDir: string; owner: string; everyMs: number }): Worker {
  const worker = new Worker(new URL('./renew-lock.mjs', import.meta.url), { workerData: lock, execArgv: [] });
  worker.unref();
  return worker;
}

interface Claim {
  readonly path: string;
  readonly dataDir: string;
  readonly owner: string;
  readonly times: LockTimes;
}

async function claim({ path, dataDir, owner, times }: Claim): Promise<void> {
  let settleMs = BRIEF_SETTLE_MS;
  while (!(await create(path, owner))) {
    const found = await readLock(path);
    if (found === undefined) continue;
    const holder = await holderOf(found);
    if (holder === 'running') throw inUse(dataDir, found, '');
    if (holder === 'unknown') {
      const now = await watchLock(path, found, times);
      const isRenewed = now !== found && now?.startsWith(ownerOf(found));
      if (isRenewed && found !== '') throw inUse(dataDir, found, ' of another container or machine');
      if (now !== found) continue;
      settleMs = times.settleMs;
    }
    await removeLeftover(path, found);
  }
  await sleep(settleMs);
  const kept = await readLock(path);
  if (!kept?.startsWith(owner)) throw inUse(dataDir, kept ?? '', '');
}

function inUse(dataDir: string, lock: string, whereabouts: string): DataDirInUse {
  return new DataDirInUse(
    `${dataDir} is in use by another Holdfast (process ${Number.parseInt(lock, 10) || 'unknown'}${whereabouts})`,
  );
}

/** Its first line; how often it was renewed follows. */
function ownerOf(lock: string): string {
  return lock.split('\n')[0] ?? '';
}

async function create(path: string, owner: string): Promise<boolean> {
  try {
    await writeFile(path, owner, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readLock(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
}

/**
 * What it says when it has changed, or after the last look. By looks and not by time: of a newcomer that was suspended itself, one
 * look comes late.
 */
async function watchLock(path: string, found: string, { looks, lookEveryMs }: LockTimes) {
  for (let look = 0; look < looks; look++) {
    await sleep(lookEveryMs);
    const now = await readLock(path);
    if (now !== found) return now;
  }
  return found;
}

/** Of two that find the same leftover, the slower one must not remove the lock that the quicker one has put in its place. */
async function removeLeftover(path: string, leftover: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) === leftover) await rm(aside);
  else await rename(aside, path);
}

/** What can be seen from here. A lock of a version before says nothing of where its process ran. */
async function holderOf(lock: string): Promise<'running' | 'gone' | 'unknown'> {
  const [pid = '', started = '', space] = ownerOf(lock).split(' ');
  const isHere = space === (await processSpace());
  if (!isHere && space !== undefined) return 'unknown';
  if (await isRunning(Number(pid), started)) return 'running';
  return isHere ? 'gone' : 'unknown';
}

async function isRunning(pid: number, started: string): Promise<boolean> {
  if (!(pid > 0) || started !== (await startOf(String(pid)))) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** On Linux when the process started, as its id may be given to another after it; nothing elsewhere, or if it is gone. */
async function startOf(pid: string): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the program's name stands in brackets and may hold anything; the start is the 20th field behind it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/**
 * Where a process id means one process: a pid namespace of one run of a kernel. The number of a namespace may be given again, but
 * only when all of its processes are gone.
 */
export async function processSpace(): Promise<string> {
  if (process.platform !== 'linux') return `${process.platform}:${hostname()}`;
  try {
    // A /proc of another namespace would show other processes under the same ids.
    if ((await readlink('/proc/self')) !== String(process.pid)) return randomUUID();
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${bootId.trim()}:${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return randomUUID();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
