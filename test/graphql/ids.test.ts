import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as ids from '../../src/graphql/ids.ts';

const uuid = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => {
  const hex = value.toString(16).padStart(32, '0');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
});
const index = fc.integer({ min: 0, max: 999_999_999 });
const position = fc.integer({ min: 0, max: 32_767 });

const decoders = [
  ids.decodeEventId,
  ids.decodeSeatId,
  ids.decodeCategoryId,
  ids.decodeReservationId,
  ids.decodeBookingId,
];

/** Any id of any type. */
const id = fc.oneof(
  uuid.map(ids.encodeEventId),
  fc.tuple(uuid, index).map(([event, place]) => ids.encodeSeatId(event, place)),
  fc.tuple(uuid, position).map(([event, place]) => ids.encodeCategoryId(event, place)),
  fc.tuple(uuid, uuid).map(([event, own]) => ids.encodeReservationId(event, own)),
  fc.tuple(uuid, uuid).map(([event, own]) => ids.encodeBookingId(event, own)),
);

describe('an id', () => {
  test('decodes to its parts', () => {
    fc.assert(
      fc.property(uuid, uuid, index, position, (eventId, ownId, seat, category) => {
        expect(ids.decodeEventId(ids.encodeEventId(eventId))).toBe(eventId);
        expect(ids.decodeSeatId(ids.encodeSeatId(eventId, seat))).toEqual({ eventId, index: seat });
        expect(ids.decodeCategoryId(ids.encodeCategoryId(eventId, category))).toEqual({ eventId, position: category });
        const reservation = { eventId, reservationId: ownId };
        expect(ids.decodeReservationId(ids.encodeReservationId(eventId, ownId))).toEqual(reservation);
        expect(ids.decodeBookingId(ids.encodeBookingId(eventId, ownId))).toEqual({ eventId, bookingId: ownId });
      }),
    );
  });

  test('is of one type only, and one word', () => {
    fc.assert(
      fc.property(id, (text) => {
        expect(text).toMatch(/^\w+$/);
        expect(decoders.filter((decode) => decode(text) !== null)).toHaveLength(1);
      }),
    );
  });

  test('is unique to its object: any change gives another object or none', () => {
    const character = fc.constantFrom(...'09AZaz_-+ \n');
    fc.assert(
      fc.property(id, fc.nat(), character, (text, at, other) => {
        const place = at % (text.length + 1);
        for (const changed of [
          text.slice(0, place) + other + text.slice(place),
          text.slice(0, place) + other + text.slice(place + 1),
        ]) {
          if (changed === text) continue;
          for (const decode of decoders) {
            const decoded = decode(changed);
            if (decoded !== null) expect(decoded).not.toEqual(decode(text));
          }
        }
      }),
    );
  });

  test('keeps both ends of the range', () => {
    const [none, all] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
    expect(ids.encodeEventId(none)).toBe('event_0000000000000000000000');
    expect(ids.encodeEventId(all)).toBe('event_7n42DGM5Tflk9n8mt7Fhc7');
    expect(ids.decodeEventId('event_7n42DGM5Tflk9n8mt7Fhc7')).toBe(all);
  });
});

describe('null is given for', () => {
  const code = '0000000000000000000001';
  test.each([
    ['nothing', ''],
    ['a uuid', '00000000-0000-0000-0000-000000000001'],
    ['another prefix', `evening_${code}`],
    ['a prefix of another case', `Event_${code}`],
    ['a short code', `event_${code.slice(1)}`],
    ['a long code', `event_0${code}`],
    ['a line after it', `event_${code}\n`],
    ['a space before it', ` event_${code}`],
    ['one more than 128 bits', 'event_7n42DGM5Tflk9n8mt7Fhc8'],
    ['the most that 22 digits can say', `event_${'z'.repeat(22)}`],
    ['no index', `seat_${code}`],
    ['an empty index', `seat_${code}_`],
    ['an index with leading zeros', `seat_${code}_01`],
    ['an index below 0', `seat_${code}_-1`],
    ['an index with a fraction', `seat_${code}_1.0`],
    ['an index past what the store can hold', `seat_${code}_3000000000`],
    ['a seat of no event', `seat_${'z'.repeat(22)}_1`],
    ['a position past what the store can hold', `category_${code}_32768`],
    ['a reservation of half its keys', `reservation_${code}`],
    ['a reservation past 128 bits', `reservation_${code}_${'z'.repeat(22)}`],
    ['a booking of no event', `booking_${'z'.repeat(22)}_${code}`],
  ])('%s', (_what, text) => {
    for (const decode of decoders) expect(decode(text)).toBeNull();
  });

  test('any text that is not an id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const decode of decoders) expect(decode(text)).toBeNull();
      }),
    );
  });
});
