import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cursorCodec, type PageArguments, pageRequest, toConnection } from '../../src/graphql/pages.ts';

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

const places = cursorCodec(z.int());

describe('a page', () => {
  const part = { after: null, before: null, fromEnd: false };

  test.each([
    [{}, { ...part, size: 20, limit: 21 }],
    [
      { first: null, last: null },
      { ...part, size: 20, limit: 21 },
    ],
    [{ first: 0 }, { ...part, size: 0, limit: 1 }],
    [
      { first: 100, last: null },
      { ...part, size: 100, limit: 101 },
    ],
    [
      { first: 1, after: places.encode(7) },
      { ...part, size: 1, limit: 2, after: 7 },
    ],
    [
      { last: 3, before: places.encode(7) },
      { ...part, size: 3, limit: 4, before: 7, fromEnd: true },
    ],
    [
      { last: 100, first: null },
      { ...part, size: 100, limit: 101, fromEnd: true },
    ],
    [
      { before: places.encode(9), after: places.encode(7) },
      { ...part, size: 20, limit: 21, before: 9, after: 7 },
    ],
  ])('asked for by %o is a part of the list', (given, expected) => {
    expect(pageRequest(given, places)).toEqual(expected);
  });

  test.each(['first', 'last'])('of a size that none may have is refused by the name of %s', (name) => {
    for (const size of [-1, 101, 2_147_483_647, -2_147_483_648]) {
      expect(refusalOf(() => pageRequest({ [name]: size }, places))).toEqual(badArgument(name));
    }
  });

  test('from both ends is refused with a reason', () => {
    for (const [first, last] of [
      [1, 1],
      [0, 0],
      [-1, 101],
    ] as const) {
      const refusal = refusalOf(() => pageRequest({ first, last }, places));
      expect(refusal).toEqual(badArgument('last'));
      expect(refusal).toMatchObject({ message: expect.stringContaining("together with 'first'") });
    }
  });

  test.each(['after', 'before'])('with a cursor of no list is refused by the name of %s', (name) => {
    expect(refusalOf(() => pageRequest({ [name]: 'x' }, places))).toEqual(badArgument(name));
  });
});

describe('a cursor', () => {
  const cursor = cursorCodec(z.tuple([z.int(), z.string()]));

  test('decodes to its place, and is one word', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: 'binary', maxLength: 40 }), (ms, id) => {
        const text = cursor.encode([ms, id]);
        expect(text).toMatch(/^[\w-]+$/);
        expect(cursor.decode(text, 'after')).toEqual([ms, id]);
      }),
    );
  });

  test.each([null, undefined])('of %s is no place', (after) => {
    expect(cursor.decode(after, 'after')).toBeNull();
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
    expect(refusalOf(() => cursor.decode(after, 'after'))).toEqual(badArgument('after'));
  });
});

describe('a connection', () => {
  /** Reads a list with this number of items. */
  function read(count: number, given: PageArguments) {
    const request = pageRequest(given, places);
    const list = Array.from({ length: count }, (_, place) => place);
    const inPart = list.filter((place) => place > (request.after ?? -1) && place < (request.before ?? count));
    const rows = (request.fromEnd ? inPart.reverse() : inPart).slice(0, request.limit);
    return toConnection({ rows, request, cursorOf: places.encode, nodeOf: (row) => row });
  }
  const at = (place: number) => places.encode(place);

  test('shows the rows of its page in the order of the list, with and without their cursors', () => {
    const nodes = [1, 2];
    const edges = nodes.map((node) => ({ cursor: at(node), node }));
    expect(read(5, { first: 2, after: at(0) })).toMatchObject({ edges, nodes });
    expect(read(5, { last: 2, before: at(3) })).toMatchObject({ edges, nodes });
  });

  test.each([
    [{ first: 2 }, { hasNextPage: true, hasPreviousPage: false, startCursor: at(0), endCursor: at(1) }],
    [
      { first: 2, after: at(0) },
      { hasNextPage: true, hasPreviousPage: true, startCursor: at(1), endCursor: at(2) },
    ],
    [
      { first: 2, after: at(2) },
      { hasNextPage: false, hasPreviousPage: true, startCursor: at(3), endCursor: at(4) },
    ],
    [{ first: 5 }, { hasNextPage: false, hasPreviousPage: false, startCursor: at(0), endCursor: at(4) }],
    [{ last: 2 }, { hasNextPage: false, hasPreviousPage: true, startCursor: at(3), endCursor: at(4) }],
    [
      { last: 2, before: at(3) },
      { hasNextPage: true, hasPreviousPage: true, startCursor: at(1), endCursor: at(2) },
    ],
    [
      { last: 2, before: at(2) },
      { hasNextPage: true, hasPreviousPage: false, startCursor: at(0), endCursor: at(1) },
    ],
    [
      { last: 2, before: at(4), after: at(1) },
      { hasNextPage: true, hasPreviousPage: false, startCursor: at(2), endCursor: at(3) },
    ],
    [{ first: 0 }, { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null }],
    [{ last: 0 }, { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null }],
    [
      { first: 2, after: at(4) },
      { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    ],
  ])('asked for by %o says where it is in a list of five', (given, pageInfo) => {
    expect(read(5, given).pageInfo).toEqual(pageInfo);
  });

  test.each([true, false])('walked page by page gives every row once, in order; backwards: %s', (backwards) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 10 }), (count, size) => {
        let seen: number[] = [];
        let cursor: string | null = null;
        do {
          const given: PageArguments = backwards ? { last: size, before: cursor } : { first: size, after: cursor };
          const { nodes, pageInfo } = read(count, given);
          seen = backwards ? [...nodes, ...seen] : [...seen, ...nodes];
          if (backwards) cursor = pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
          else cursor = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        } while (cursor !== null);
        expect(seen).toEqual(Array.from({ length: count }, (_, row) => row));
      }),
    );
  });
});
