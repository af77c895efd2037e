import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataDirInUse, lockDataDir, processSpace } from '../../src/store/engine/data-dir-lock.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { findEvents } from '../../src/store/queries/events.ts';
import { waitFor } from '../support/wait-for.ts';
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

/** Runs in a new pid namespace, which ends with it. */
const apart = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const mayUnshare = spawnSync(apart[0] ?? '', [...apart.slice(1), 'true']).status === 0;
/** Loading modules, and watching the folder of another namespace for some seconds, on a busy machine. */
const saysWithinMs = 60_000;

interface Elsewhere {
  readonly child: ChildProcess;
  /** 'locked', or the error. */
  readonly said: string;
  readonly stderr: () => string;
}

/** Another process that locks the folder, and is controlled by the test. */
async function claimElsewhere({
  by = [] as readonly string[],
  next = 'setInterval(() => {}, 1000)',
} = {}): Promise<Elsewhere> {
  const lock = new URL('../../src/store/engine/data-dir-lock.ts', import.meta.url);
  const program = `
    import(${JSON.stringify(lock.href)})
      .then(({ lockDataDir }) => lockDataDir(${JSON.stringify(dataDir)}))
      .then(
        () => process.stdout.write('locked', () => { ${next} }),
        (error) => console.log(error.name + ': ' + error.message),
      );`;
  const [command = '', ...args] = [
    ...by,
    process.execPath,
    '--import',
    'tsx',
    '--input-type=module',
    '--eval',
    program,
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [said] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(saysWithinMs) });
  return { child, said: String(said).trim(), stderr: () => stderr };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('an embedded database', () => {
  test('persists its data, and can be migrated again', async () => {
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

  test('cannot be opened twice', async () => {
    const settings = { kind: 'embedded', dataDir } as const;
    {
      await using _database = await openDatabase(settings);
      await expect(openDatabase(settings)).rejects.toThrow(DataDirInUse);
      await expect(openDatabase({ ...settings, dataDir: join(dataDir, '.', '') })).rejects.toThrow(DataDirInUse);
    }
    await using _again = await openDatabase(settings);
  });

  test('that cannot be opened leaves its folder unlocked', async () => {
    await writeFile(join(dataDir, 'postgres'), 'not a folder');
    await expect(openDatabase({ kind: 'embedded', dataDir })).rejects.not.toThrow(DataDirInUse);
    const unlock = await lockDataDir(dataDir);
    await unlock();
  });
});

/** A process that does not wait for long. */
const impatient = { renewEveryMs: 1_000, lookEveryMs: 20, looks: 5, settleMs: 20 };
const foreign = (token: string) => `1 4711 another-boot:pid:[4026531836] ${token}\n`;
const inUse = /^DataDirInUse: /;

describe('the lock of a data folder', () => {
  const read = () => readFile(join(dataDir, 'lock'), 'utf8');

  test('refuses other processes until it is unlocked', async () => {
    const unlock = await lockDataDir(dataDir);
    expect((await claimElsewhere()).said).toMatch(inUse);
    await unlock();
    const { child, said } = await claimElsewhere();
    expect(said).toBe('locked');
    await expect(lockDataDir(dataDir)).rejects.toThrow(
      `${dataDir} is in use by another Holdfast (process ${child.pid})`,
    );
  });

  test('is taken over at once from a process that was killed', async () => {
    const { child, said } = await claimElsewhere();
    expect(said).toBe('locked');
    await kill(child);
    // Would never end if the lock counted as renewed.
    const unlock = await lockDataDir(dataDir, { ...impatient, looks: Number.POSITIVE_INFINITY });
    await unlock();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test.each([
    ['is empty', async () => ''],
    ['is nonsense', async () => 'lock'],
    ['is of a version before, and its process is gone', async () => `${process.ppid} 1`],
    [
      'is of a process whose id has gone to another',
      async () => `${process.ppid} 1 ${await processSpace()} token\n7\n`,
    ],
    ['is of an earlier process of our own id', async () => `${process.pid} 1 ${await processSpace()} token\n7\n`],
    ['is of another container or machine, and not renewed', async () => `${foreign('token')}7\n`],
  ])('is taken over when it %s', async (_what, content) => {
    await writeFile(join(dataDir, 'lock'), await content());
    const unlock = await lockDataDir(dataDir, impatient);
    await expect(lockDataDir(dataDir)).rejects.toThrow(DataDirInUse);
    await unlock();
  });

  test('goes to one of several processes that find the same stale lock', async () => {
    await writeFile(join(dataDir, 'lock'), `999999999 1 ${await processSpace()} token\n`);
    const claims = await Promise.all(Array.from({ length: 4 }, () => claimElsewhere()));
    expect(claims.map(({ said }) => said.split(':')[0]).sort()).toEqual([
      ...['DataDirInUse', 'DataDirInUse', 'DataDirInUse', 'locked'],
    ]);
  });

  test('keeps others out while it is renewed, wherever its process is', async () => {
    await writeFile(join(dataDir, 'lock'), foreign('token'));
    const patient = { ...impatient, looks: Number.POSITIVE_INFINITY };
    const claim = lockDataDir(dataDir, patient).then(
      () => 'locked',
      (error: Error) => error.message,
    );
    let renewals = 0;
    const renewing = setInterval(() => void writeFile(join(dataDir, 'lock'), `${foreign('token')}${++renewals}\n`), 50);
    const said = await claim.finally(() => clearInterval(renewing));
    expect(said).toBe(`${dataDir} is in use by another Holdfast (process 1 of another container or machine)`);
  });

  test('is renewed by a process whose main thread is kept busy', async () => {
    await claimElsewhere({ next: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)' });
    for (let renewal = 0; renewal < 3; renewal++) {
      const before = await read();
      await waitFor(async () => (await read()) !== before, { withinMs: 20_000, what: 'the lock to be renewed' });
    }
  });

  test('that was taken over ends its former holder with a message of one line', async () => {
    const { child, stderr } = await claimElsewhere();
    const ended = once(child, 'close', { signal: AbortSignal.timeout(saysWithinMs) });
    await writeFile(join(dataDir, 'other'), foreign('other'));
    await rename(join(dataDir, 'other'), join(dataDir, 'lock'));
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(stderr()).toMatch(/^holdfast: .+ was taken over by another Holdfast while this one stood still.+\n$/);
    expect(await read()).toBe(foreign('other'));
  });

  test('that was removed is restored by its holder', async () => {
    const unlock = await lockDataDir(dataDir);
    const mine = await read();
    await rm(join(dataDir, 'lock'));
    await waitFor(async () => (await read()).split('\n')[0] === mine.split('\n')[0], {
      ...{ withinMs: 20_000, what: 'the lock to be put back' },
    });
    await unlock();
    expect(await readdir(dataDir)).toEqual([]);
  });

  test.skipIf(!mayUnshare)('holds between pid namespaces, and is taken over from one that has ended', async () => {
    const one = await claimElsewhere({ by: apart });
    expect(one.said).toBe('locked');
    expect(await read()).toMatch(/^1 /);
    const [other, here] = await Promise.all([
      claimElsewhere({ by: apart }),
      lockDataDir(dataDir).catch((error: Error) => error.message),
    ]);
    expect(other.said).toMatch(/in use by another Holdfast \(process 1 of another container or machine\)$/);
    expect(here).toMatch(/in use by another Holdfast \(process 1 of another container or machine\)$/);
    await kill(one.child);
    expect((await claimElsewhere({ by: apart })).said).toBe('locked');
  });
});
