import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventChange, SeatChange } from '../../src/coordination/coordination.ts';
import { SeatMap } from '../../src/seat-map/seat-map.ts';
import { withNewer } from '../../src/seat-map/seat-states.ts';
import { statusOfCode } from '../../src/seat-map/status.ts';
import { ArrayStore } from './array-store.ts';

const seatCount = 8;

function shownBy(map: SeatMap) {
  return Array.from(map.statuses, statusOfCode);
}

function recount(map: SeatMap) {
  const count = (status: string) => shownBy(map).filter((shown) => shown === status).length;
  return {
    total: map.seatCount,
    available: count('AVAILABLE'),
    reserved: count('RESERVED'),
    booked: count('BOOKED'),
    blocked: count('BLOCKED'),
  };
}

/** Tells whether exactly the seats that differ are reported. */
function expectTrueDifferences(map: SeatMap, change: () => number[]) {
  const before = shownBy(map);
  const reported = change().sort((one, other) => one - other);
  const differing = shownBy(map).flatMap((status, index) => (status === before[index] ? [] : [index]));
  expect(reported).toEqual(differing);
  expect(map.availability).toEqual(recount(map));
}

const seats = fc.uniqueArray(fc.nat(seatCount - 1), { minLength: 1, maxLength: 4 });
const operation = fc.oneof(
  fc.record({ kind: fc.constant('reserve' as const), seats, forMs: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constantFrom('extend' as const, 'cancel' as const, 'book' as const), nth: fc.nat(20) }),
  fc.record({ kind: fc.constantFrom('block' as const, 'unblock' as const), seats }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 200 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer One> ? One : never;

function run(store: ArrayStore, time: { ms: number }, one: Operation, at: number): EventChange {
  switch (one.kind) {
    case 'reserve':
      return store.reserve(`r${at}`, one.seats, one.forMs);
    case 'extend':
      return store.extend(`r${one.nth}`, 100);
    case 'cancel':
      return store.end(`r${one.nth}`, 'AVAILABLE');
    case 'book':
      return store.end(`r${one.nth}`, 'BOOKED');
    case 'block':
      return store.block(one.seats);
    case 'unblock':
      return store.unblock(one.seats);
    case 'wait':
      time.ms += one.ms;
      return { seats: [], reservationIds: [] };
  }
}

/** Snapshots and changes of one history, each read when it was so and told in any order, any number of times. */
const history = fc.record({
  operations: fc.array(operation, { maxLength: 30 }),
  snapshotAfter: fc.nat(30),
  told: fc.array(fc.nat(1_000), { maxLength: 80 }),
});

describe('a map', () => {
  it('equals the store once it has heard everything, in whatever order and however often', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ operations, snapshotAfter, told }) => {
        const time = { ms: 1_000 };
        const store = new ArrayStore(seatCount, () => time.ms);
        let states = await store.load(store.eventId);
        const changes: SeatChange[] = [];
        for (const [at, one] of operations.entries()) {
          changes.push(...run(store, time, one, at).seats);
          if (at === snapshotAfter) states = await store.load(store.eventId);
        }
        if (states === null) throw new Error('the event is there');
        const map = new SeatMap(states);

        const shuffled = told.flatMap((n) => changes[n % Math.max(changes.length, 1)] ?? []);
        for (const change of [...shuffled, ...changes]) expectTrueDifferences(map, () => map.apply([change]));
        const ended = (await store.expire(store.eventId, map.reservationIds)).seats;
        for (const change of ended) expectTrueDifferences(map, () => map.apply([change]));
        expect(shownBy(map)).toEqual(store.statuses());
        expect(map.digest).toEqual(store.digest);
      }),
    );
  });

  it('equals the store after a repair, whatever it missed', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ operations, snapshotAfter, told }) => {
        const time = { ms: 1_000 };
        const store = new ArrayStore(seatCount, () => time.ms);
        const first = await store.load(store.eventId);
        if (first === null) throw new Error('the event is there');
        const map = new SeatMap(first);
        const changes = operations.slice(0, snapshotAfter).flatMap((one, at) => run(store, time, one, at).seats);
        map.apply(told.flatMap((n) => changes[n % Math.max(changes.length, 1)] ?? []));

        const read = await store.load(store.eventId);
        if (read === null) throw new Error('the event is there');
        const heard = operations
          .slice(snapshotAfter)
          .flatMap((one, at) => run(store, time, one, at + snapshotAfter).seats);
        expectTrueDifferences(map, () => map.replace(withNewer(read, heard)));
        map.apply((await store.expire(store.eventId, map.reservationIds)).seats);
        expect(shownBy(map)).toEqual(store.statuses());
      }),
    );
  });
});

describe('a lapsed seat', () => {
  const held: SeatChange = { index: 0, status: 'RESERVED', version: 2, reservationId: 'r', expiresAtMs: 500 };
  const map = (nowMs = 0) => new SeatMap({ seats: [held], nowMs });

  it('is free for the refusing layer from its deadline on, although nothing has said so', () => {
    expect([map().isTaken(0, 499), map().isTaken(0, 500)]).toEqual([true, false]);
  });

  it('is shown as free when read a second after its deadline, as a change of it may still be on its way until then', () => {
    expect([map(1_499), map(1_500)].map(({ availability }) => availability.available)).toEqual([0, 1]);
  });

  it('is held again when it turns out to have been extended', () => {
    const one = map(1_500);
    expect(one.apply([{ ...held, version: 3, expiresAtMs: 2_000 }])).toEqual([0]);
    expect([one.deadlineOf('r'), one.availability.reserved]).toEqual([2_000, 1]);
  });
});

it('takes seats that are BOOKED or BLOCKED for taken, and no seat it does not know', () => {
  const map = new SeatMap({
    seats: (['AVAILABLE', 'BOOKED', 'BLOCKED'] as const).map((status, index) => {
      return { index, status, version: 1, reservationId: null, expiresAtMs: null };
    }),
    nowMs: 0,
  });
  expect([0, 1, 2, 3].map((index) => map.isTaken(index, 0))).toEqual([false, true, true, false]);
});

it('goes back with a store that lost what was written', () => {
  const booked: SeatChange = { index: 0, status: 'BOOKED', version: 7, reservationId: null, expiresAtMs: null };
  const map = new SeatMap({ seats: [booked], nowMs: 0 });
  expect(map.replace({ seats: [{ ...booked, status: 'AVAILABLE', version: 5 }], nowMs: 0 })).toEqual([0]);
  expect(map.apply([{ ...booked, version: 6 }])).toEqual([0]);
});
