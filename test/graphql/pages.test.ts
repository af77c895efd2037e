import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cursorCodec, pageSize, toConnection } from '../../src/graphql/pages.ts';

const badArgument = (argumentName: string) =>
  expect.objectContaining({
    message: expect.stringContaining(`'${argumentName}'`),
    extensions: { code: 'BAD_USER_INPUT', argumentName },
  });

function refusalOf(attempt: () => unknown): unknown {
  try {
    return { accepted: attempt() };
  } catch (error) {
    expect(error).toBeInstanceOf(GraphQLError);
    return error;
  }
}

describe('a page size', () => {
  const limits = { usual: 20, max: 100 };

  test.each([
    [null, 20],
    [undefined, 20],
    [0, 0],
    [1, 1],
    [100, 100],
  ])('of %s is %i', (first, size) => {
    expect(pageSize(first, limits)).toBe(size);
  });

  test.each([-1, 101, 2_147_483_647, -2_147_483_648])('of %i is refused by the name of the argument', (first) => {
    expect(refusalOf(() => pageSize(first, limits))).toEqual(badArgument('first'));
  });
});

describe('a cursor', () => {
  const cursor = cursorCodec(z.tuple([z.int(), z.string()]));

  test('is read back as the place it stands for, and is one word', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: 'binary', maxLength: 40 }), (ms, id) => {
        const text = cursor.encode([ms, id]);
        expect(text).toMatch(/^[\w-]+$/);
        expect(cursor.decode(text)).toEqual([ms, id]);
      }),
    );
  });

  test.each([null, undefined])('of %s is no place', (after) => {
    expect(cursor.decode(after)).toBeNull();
  });

  const other = cursorCodec(z.unknown());
  test.each([
    ['nothing', ''],
    ['nonsense', 'next please'],
    ['JSON as it is', '[1,"a"]'],
    ['half a cursor', cursor.encode([1, 'a']).slice(0, 4)],
    ['a cursor of another list', other.encode(['a', 1])],
    ['a place with more to it', other.encode([1, 'a', 2])],
    ['a number past what is exact', other.encode([1e300, 'a'])],
    ['an object', other.encode({ 0: 1, 1: 'a' })],
    ['null', other.encode(null)],
    ['what is too long', cursor.encode([1, 'a'.repeat(1_000)])],
  ])('that is %s is refused by the name of the argument', (_what, after) => {
    expect(refusalOf(() => cursor.decode(after))).toEqual(badArgument('after'));
  });
});

describe('a connection', () => {
  const page = (rows: readonly number[], size: number) =>
    toConnection({ rows, size, cursorOf: (row) => `at ${row}`, nodeOf: (row) => ({ row }) });

  test('shows the rows of its page, and that there are more', () => {
    expect(page([1, 2, 3], 2)).toEqual({
      edges: [
        { cursor: 'at 1', node: { row: 1 } },
        { cursor: 'at 2', node: { row: 2 } },
      ],
      pageInfo: { hasNextPage: true, endCursor: 'at 2' },
    });
  });

  test('says when there are no more', () => {
    expect(page([1, 2], 2).pageInfo).toEqual({ hasNextPage: false, endCursor: 'at 2' });
  });

  test('of nothing ends nowhere', () => {
    expect(page([], 2)).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
    expect(page([1], 0)).toEqual({ edges: [], pageInfo: { hasNextPage: true, endCursor: null } });
  });

  test('walked page by page gives every row once, in order', () => {
    const at = cursorCodec(z.int());
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 10 }), (count, size) => {
        const seen: number[] = [];
        let after: string | null = null;
        do {
          const from = (at.decode(after) ?? -1) + 1;
          const rows = Array.from({ length: count }, (_, row) => row).slice(from, from + size + 1);
          const { edges, pageInfo } = toConnection({ rows, size, cursorOf: at.encode, nodeOf: (row) => row });
          seen.push(...edges.map((edge) => edge.node));
          after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        } while (after !== null);
        expect(seen).toEqual(Array.from({ length: count }, (_, row) => row));
      }),
    );
  });
});
