import { randomUUID } from 'node:crypto';
import { readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { OperatorError } from '../../operator-error.ts';

/** The folder is open already: two processes at once would destroy the database in it. */
export class DataDirInUse extends OperatorError {
  override readonly name = 'DataDirInUse';
}

export interface LockTimes {
  readonly renewEveryMs: number;
  readonly lookEveryMs: number;
  /** A lock that is unchanged at this many looks in a row is no longer renewed. */
  readonly looks: number;
  /** Between taking over such a lock and opening the folder. Gives a former holder that resumes time to notice and stop. */
  readonly settleMs: number;
}

/**
 * A holder must miss six renewals: on a machine that is merely busy, a thread that does nothing else is not delayed that long. With the
 * time to settle, a folder whose container was killed can be opened again after ten seconds.
 */
const TIMES: LockTimes = { renewEveryMs: 1_000, lookEveryMs: 500, looks: 12, settleMs: 2_500 };
/** When the former holder cannot be running: only for other newcomers that found the same leftover. */
const BRIEF_SETTLE_MS = 50;

/** Locks of folders that this process has open. */
const openHere = new Set<string>();

/**
 * Locks the folder for this process with a file that names the process and is renewed while it lives. That works between containers and
 * machines that share a volume, where process ids mean nothing. The lock of a process that is gone is taken over: at once if that can
 * be seen from here, otherwise once it is no longer renewed. No clocks are compared. A holder whose lock was taken over, for example
 * because it was suspended, is killed: its database must not write any more.
 * Returns how to release the lock. Rejects with `DataDirInUse`.
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

/** On a thread of its own, because statements of the embedded database block the main thread. */
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

/** The first line of the lock. The number of renewals follows it. */
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
 * Returns the lock as soon as it has changed, or as it is after the last look. Looks are counted instead of time, because for a newcomer
 * that was suspended itself only one look is late.
 */
async function watchLock(path: string, found: string, { looks, lookEveryMs }: LockTimes) {
  for (let look = 0; look < looks; look++) {
    await sleep(lookEveryMs);
    const now = await readLock(path);
    if (now !== found) return now;
  }
  return found;
}

/** When two processes find the same leftover, the slower one must not remove the lock that the faster one has created since. */
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

/** What can be seen from here. Locks of earlier versions do not say where their process ran. */
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

/** When the process started, as its id may be reused. Empty if it is gone, and on systems other than Linux. */
async function startOf(pid: string): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the program's name is in brackets and may contain anything; the start time is the 20th field after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/**
 * Identifies the pid namespace and boot of the kernel within which a process id means one process. The number of a namespace may be
 * reused, but only after all of its processes are gone.
 */
export async function processSpace(): Promise<string> {
  if (process.platform !== 'linux') return `${process.platform}:${hostname()}`;
  try {
    // A /proc of another namespace shows other processes under the same ids.
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
