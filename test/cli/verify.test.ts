import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/engine/open.ts';
import { book, hold } from '../store/buyers.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { createTestDatabase } from '../support/database.ts';
import { holdfast, severalProcesses } from './command-line.ts';
import { emptyFolder } from './folder.ts';

test(
  'tells whether the promises are kept, by its exit code too, and where they are not',
  severalProcesses,
  async () => {
    await using folder = await emptyFolder();
    await using database = await createTestDatabase();
    await using store = await openDatabase({ kind: 'postgres', url: database.url, poolSize: 2 });
    const verify = () =>
      holdfast(['verify'], { cwd: folder.path, env: { DATABASE_URL: database.url, JWT_SECRET: 'x'.repeat(32) } });
    const eventId = await createSampleEvent(store, 4);
    await book(store, await hold(store, eventId, [1, 2]));

    const kept = await verify();
    expect(kept).toMatchObject({ code: 0, stderr: '' });
    expect(kept.stdout.trim().split('\n')).toSatisfy((lines: string[]) =>
      lines.every((line) => /^kept {4}\w/.test(line)),
    );

    await store.rows(
      sql`update seats set status = 'AVAILABLE', booking_id = null where event_id = ${eventId} and index = 2`,
    );
    const broken = await verify();
    expect(broken).toMatchObject({ code: 1, stderr: 'holdfast: 2 promises are broken\n' });
    expect(broken.stdout).toMatch(
      new RegExp(
        `BROKEN {2}every live booking has its seats.*: once\n +event ${eventId}, booking .+: seat 2 is AVAILABLE\n`,
      ),
    );
  },
);

test('works on the embedded database while no server has it open', severalProcesses, async () => {
  await using folder = await emptyFolder();
  expect(await holdfast(['migrate'], { cwd: folder.path })).toMatchObject({ code: 0 });
  const { code, stdout } = await holdfast(['verify'], { cwd: folder.path });
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/captured|is left for/);
});
