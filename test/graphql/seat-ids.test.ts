import { expect, test } from 'vitest';
import { encodeSeatId } from '../../src/graphql/ids.ts';
import { validateSeatList } from '../../src/graphql/seat-ids.ts';

const eventId = '0b9f7c1e-9a4b-4a58-8a3c-0d9b8b0f6a11';
const ids = (count: number) => Array.from({ length: count }, (_, index) => encodeSeatId(eventId, index));

test('a list of all seats of the largest event is valid', () => {
  expect(validateSeatList(ids(50_000))).toBeNull();
});

test('a longer list is refused for its length, before its elements are checked', () => {
  const neverRead = new Proxy(new Array<string>(130_000), {
    get: (list, key) => {
      if (key === 'length') return list.length;
      throw new Error(`looked at ${String(key)}`);
    },
  });
  expect(validateSeatList(neverRead)).toMatchObject({
    path: ['seatIds'],
    message: 'Name at most 50000 seats, not 130000.',
  });
});

test('the position of the first repeated seat is reported', () => {
  const seats = ids(50_000);
  seats[49_999] = seats[49_998] ?? '';
  expect(validateSeatList(seats)).toMatchObject({ path: ['seatIds', '49999'] });
});
