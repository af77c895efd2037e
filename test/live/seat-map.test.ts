import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LoggedChange } from '../../src/domain/change.ts';
import { CHANGE_VERSION, type Fact } from '../../src/domain/change.ts';
import type { StoredSeat } from '../../src/domain/event-state.ts';
import { type SeatStatus, statusCodes, statusOfCode } from '../../src/domain/seat.ts';
import { SeatMap } from '../../src/live/seat-map.ts';
import { ArrayStore } from './array-store.ts';

const seatCount = 8;
const actor = 'viewer';

function shownBy(map: SeatMap): SeatStatus[] {
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

const seats = fc.uniqueArray(fc.nat(seatCount - 1), { minLength: 1, maxLength: 4 });
const operation = fc.oneof(
  fc.record({ kind: fc.constant('reserve' as const), seats, forMs: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constantFrom('extend' as const, 'cancel' as const, 'book' as const), nth: fc.nat(20) }),
  fc.record({ kind: fc.constantFrom('block' as const, 'unblock' as const), seats }),
  fc.record({ kind: fc.constant('expire' as const) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 200 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer One> ? One : never;

function run(store: ArrayStore, time: { ms: number }, one: Operation, at: number): LoggedChange | null {
  switch (one.kind) {
    case 'reserve':
      return store.reserve(`r${at}`, one.seats, one.forMs);
    case 'extend':
      return store.extend(`r${one.nth}`, 100);
    case 'cancel':
      return store.cancel(`r${one.nth}`);
    case 'book':
      return store.book(`r${one.nth}`);
    case 'block':
    case 'unblock':
      return store[one.kind](one.seats);
    case 'expire':
      return store.expire(Array.from({ length: 40 }, (_, nth) => `r${nth}`)).change;
    case 'wait':
      time.ms += one.ms;
      return null;
  }
}

async function load(store: ArrayStore) {
  return (await store.load(store.eventId)) ?? expect.unreachable();
}

/** Public statuses when no hold is past its deadline. */
async function shownIn(store: ArrayStore, nowMs: number) {
  const { seats, revision } = await load(store);
  if (seats.some(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs)) return undefined;
  const codes = Uint8Array.from(seats, ({ status }) => statusCodes[status]);
  const map = new SeatMap(await load(store));
  return { codes, availability: map.availability, revision, untilMs: expect.any(Number) };
}

/** A history, and the number of operations before the map is loaded. */
const history = fc.record({ operations: fc.array(operation, { maxLength: 40 }), loadedAfter: fc.nat(40) });

describe('a map', () => {
  it('equals the store after every change, loaded at any revision', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ operations, loadedAfter }) => {
        const time = { ms: 1_000 };
        const store = new ArrayStore(seatCount, () => time.ms);
        let map: SeatMap | undefined;
        for (const [at, one] of operations.entries()) {
          const change = run(store, time, one, at);
          if (change !== null) map?.apply(change);
          if (at === loadedAfter) map = new SeatMap(await load(store));
          if (map === undefined) continue;
          expect(map.differencesFrom(await load(store))).toEqual([]);
          expect(map.availability).toEqual(recount(map));
          expect(map.revision).toBe(store.revision);
          expect(map.shownAt(time.ms)).toEqual(await shownIn(store, time.ms));
        }
        const { change } = store.expire(map?.reservationIds ?? []);
        if (change !== null) map?.apply(change);
        if (map !== undefined) expect(shownBy(map)).toEqual(store.statuses());
      }),
    );
  });

  it('knows what has changed since any revision from its own first on, at 100,000 points', async () => {
    let points = 0;
    const countPoints = async ({ operations, loadedAfter }: { operations: Operation[]; loadedAfter: number }) => {
      const time = { ms: 1_000 };
      const store = new ArrayStore(seatCount, () => time.ms);
      const early = operations.slice(0, loadedAfter);
      for (const [at, one] of early.entries()) run(store, time, one, at);
      const map = new SeatMap(await load(store));
      const first = map.revision;
      /** A client's map at each revision, from the first. */
      const taken = [shownBy(map)];
      for (const [at, one] of operations.slice(loadedAfter).entries()) {
        const change = run(store, time, one, at + early.length);
        if (change === null) continue;
        map.apply(change);
        taken.push(shownBy(map));
      }
      expect(map.changedSince(first - 1)).toBeUndefined();
      expect(map.changedSince(map.revision + 1)).toBeUndefined();
      const now = shownBy(map);
      for (const [after, had] of taken.entries()) {
        for (const index of map.changedSince(first + after) ?? expect.unreachable())
          had[index] = now[index] ?? 'BLOCKED';
        expect(had).toEqual(now);
        points += 1;
      }
    };
    while (points < 100_000) await fc.assert(fc.asyncProperty(history, countPoints), { numRuns: 2_000 });
  }, 60_000);

  it('gives a snapshot to every client whose map is from before a correction', async () => {
    const store = new ArrayStore(seatCount, () => 0);
    const map = new SeatMap(await load(store));
    map.apply(store.reserve('r', [1], 1_000) ?? expect.unreachable());
    const { revision } = map;
    map.reset({ ...(await load(store)), seats: (await load(store)).seats.map(() => booked) });
    expect(map.changedSince(revision)).toBeUndefined();
    map.apply({ ...(store.block([2]) ?? expect.unreachable()) });
    expect(map.changedSince(revision)).toBeUndefined();
    expect(map.changedSince(revision + 1)).toEqual([]);
  });
});

const booked: StoredSeat = { status: 'BOOKED', reservationId: null, expiresAtMs: null };

describe('a lapsed seat', () => {
  const held: StoredSeat = { status: 'RESERVED', reservationId: 'r', expiresAtMs: 500 };
  const map = (nowMs = 0) => new SeatMap({ revision: 3, seats: [held], nowMs });
  const changed = (fact: Fact): LoggedChange => {
    return { revision: 4, atMs: 0, change: { version: CHANGE_VERSION, facts: [fact] } };
  };

  it('is not refused from its deadline on, without any message', () => {
    expect([map().isTaken(0, 499), map().isTaken(0, 500)]).toEqual([true, false]);
  });

  it('is shown as free if loaded a second after its deadline, because until then a change may be in flight', () => {
    expect([map(1_499), map(1_500)].map(({ availability }) => availability.available)).toEqual([0, 1]);
  });

  it('is held again if it was extended', () => {
    const one = map(1_500);
    const expiresAtMs = 2_000;
    one.apply(changed({ kind: 'reservation-extended', actor, reservationId: 'r', seatIndexes: [0], expiresAtMs }));
    expect([one.deadlineOf('r'), one.availability.reserved]).toEqual([2_000, 1]);
  });

  it('is sent to reconnecting clients, because another node may have shown it as held', () => {
    expect([map(0).changedSince(3), map(1_500).changedSince(3)]).toEqual([[], [0]]);
  });

  it('belongs to its new reservation only', () => {
    const one = map(1_500);
    const made = {
      kind: 'reservation-created',
      actor,
      reservationId: 's',
      seatIndexes: [0],
      expiresAtMs: 3_000,
    } as const;
    one.apply(changed(made));
    expect([one.deadlineOf('r'), one.deadlineOf('s'), one.reservationIds]).toEqual([undefined, 3_000, ['s']]);
  });
});

it('counts BOOKED and BLOCKED seats as taken, and no unknown seat', () => {
  const statuses = ['AVAILABLE', 'BOOKED', 'BLOCKED'] as const;
  const map = new SeatMap({ revision: 1, seats: statuses.map((status) => ({ ...booked, status })), nowMs: 0 });
  expect([0, 1, 2, 3].map((index) => map.isTaken(index, 0))).toEqual([false, true, true, false]);
});

it('follows a store that has lost writes', () => {
  const map = new SeatMap({ revision: 7, seats: [booked], nowMs: 0 });
  expect(map.reset({ revision: 5, seats: [{ ...booked, status: 'AVAILABLE' }], nowMs: 0 })).toEqual([0]);
  expect([map.revision, map.changedSince(6), map.changedSince(7)]).toEqual([5, undefined, undefined]);
});
