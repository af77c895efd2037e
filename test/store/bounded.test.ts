import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { isStoreUnavailable } from '../../src/store/faults.ts';
import { engines } from './engines.ts';

describe.each(engines)('a rush of statements on $engine', async ({ open }) => {
  const database = await open();

  test('is refused as by a busy store as far as it would wait for long, and leaves nothing behind', async () => {
    const statements = Array.from({ length: 3_000 }, (_, place) =>
      place % 2 === 0
        ? database.rows<{ one: number }>(sql`select 1 as one`)
        : database.transaction(({ rows }) => rows<{ one: number }>(sql`select 1 as one`)),
    );
    const outcomes = await Promise.allSettled(statements);
    const answered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(new Set(answered.map(([row]) => row?.one))).toEqual(new Set([1]));
    expect(refused.length).toBeGreaterThan(900);
    expect(refused.length).toBeLessThan(1_000);
    expect(refused.every(isStoreUnavailable)).toBe(true);
    expect(await database.rows(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });
});
