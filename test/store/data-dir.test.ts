import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataDirInUse, lockDataDir } from '../../src/store/data-dir-lock.ts';
import { findEvents } from '../../src/store/events.ts';
import { openDatabase } from '../../src/store/open.ts';
import { book, hold, reread, storedStatuses } from './buyers.ts';
import { createSampleEvent } from './sample-event.ts';

let dataDir: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-data-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await rm(dataDir, { recursive: true });
});

/** Another process that claims the folder and then keeps it. Resolves with what it says: 'locked' or 'DataDirInUse'. */
async function claimElsewhere(): Promise<{ child: ChildProcess; said: string }> {
  const lock = new URL('../../src/store/data-dir-lock.ts', import.meta.url);
  const program = `
    import(${JSON.stringify(lock.href)})
      .then(({ lockDataDir }) => lockDataDir(${JSON.stringify(dataDir)}))
      .then(() => { console.log('locked'); setInterval(() => {}, 1000); }, (error) => console.log(error.name));`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  return { child, said: String(said).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('an embedded database', () => {
  test('keeps in its folder what was written, and may be migrated again', async () => {
    const settings = { kind: 'embedded', dataDir: join(dataDir, 'made', 'on the way') } as const;
    const written = await (async () => {
      await using database = await openDatabase(settings);
      await database.migrate();
      const eventId = await createSampleEvent(database, 4);
      await book(database, await hold(database, eventId, [0]));
      return hold(database, eventId, [1]);
    })();
    await using database = await openDatabase(settings);
    await database.migrate();
    expect(await findEvents(database, [written.eventId])).toHaveLength(1);
    expect(await reread(database, written)).toMatchObject({ status: 'ACTIVE', expiresAtMs: written.expiresAtMs });
    expect(await storedStatuses(database, written.eventId, [0, 1, 2])).toBe('BOOKED RESERVED AVAILABLE');
  });

  test('cannot be opened twice at a time', async () => {
    const settings = { kind: 'embedded', dataDir } as const;
    {
      await using _database = await openDatabase(settings);
      await expect(openDatabase(settings)).rejects.toThrow(DataDirInUse);
      await expect(openDatabase({ ...settings, dataDir: join(dataDir, '.', '') })).rejects.toThrow(DataDirInUse);
    }
    await using _again = await openDatabase(settings);
  });

  test('that cannot be opened leaves its folder free', async () => {
    await writeFile(join(dataDir, 'postgres'), 'not a folder');
    await expect(openDatabase({ kind: 'embedded', dataDir })).rejects.not.toThrow(DataDirInUse);
    const unlock = await lockDataDir(dataDir);
    await unlock();
  });
});

describe('the lock of a data folder', () => {
  test('keeps other processes out, until it is let go', async () => {
    const unlock = await lockDataDir(dataDir);
    expect((await claimElsewhere()).said).toBe('DataDirInUse');
    await unlock();
    const { child, said } = await claimElsewhere();
    expect(said).toBe('locked');
    await expect(lockDataDir(dataDir)).rejects.toThrow(
      `${dataDir} is in use by another Holdfast (process ${child.pid})`,
    );
  });

  test('is taken over from a process that was killed', async () => {
    const { child, said } = await claimElsewhere();
    expect(said).toBe('locked');
    await kill(child);
    const unlock = await lockDataDir(dataDir);
    await unlock();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test.each([
    ['is empty', ''],
    ['is nonsense', 'lock'],
    ['names a process whose id has gone to another', `${process.ppid} 1`],
    ['names an earlier process of our own id', `${process.pid} 1`],
  ])('is taken over when it %s', async (_what, content) => {
    await writeFile(join(dataDir, 'lock'), content);
    const unlock = await lockDataDir(dataDir);
    await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirInUse);
    await unlock();
  });

  test('goes to one of several processes that find the same leftover', async () => {
    await writeFile(join(dataDir, 'lock'), '999999999 1');
    const claims = await Promise.all(Array.from({ length: 4 }, claimElsewhere));
    expect(claims.map(({ said }) => said).sort()).toEqual(['DataDirInUse', 'DataDirInUse', 'DataDirInUse', 'locked']);
  });
});
