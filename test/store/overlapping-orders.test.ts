import { expect, test } from 'vitest';
import type { LoggedChange } from '../../src/domain/change.ts';
import type { ReservationRecord } from '../../src/domain/records.ts';
import { readChanges } from '../../src/store/change-log.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { testDatabase } from '../support/database.ts';
import { countDeadlocks, expectAgreement } from './agreement.ts';
import { beginPayments, confirmationOf, moveDeadlines, requestFor, reserveTogether, storedSeats } from './buyers.ts';
import { replay } from './replay.ts';
import { createSampleEvent } from './sample-event.ts';

const { url } = await testDatabase();
const SEATS = 8;
const seatIndexes = Array.from({ length: SEATS }, (_, index) => index);
const VIEWERS = ['ada', 'ben', 'cem', 'dot', 'eva', 'fay'];

/** Returns the items in random order. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** Two requests of two seats and one of three, in random order, by three of six viewers. */
function overlappingRequests() {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = shuffled(seatIndexes);
  const viewers = shuffled(VIEWERS);
  return [
    [a, b],
    [c, d, e],
    [f, g],
  ].map((seats, place) => requestFor(seats, { viewerId: viewers[place] ?? '' }));
}

/** Many buyers of the same few seats. */
class Rush {
  readonly #database: Database;
  readonly #eventId: string;
  readonly #held: ReservationRecord[] = [];

  constructor(database: Database, eventId: string) {
    this.#database = database;
    this.#eventId = eventId;
  }

  /** One random write. */
  async act(): Promise<void> {
    const dice = Math.random();
    if (dice < 0.5) return this.#reserve();
    if (dice < 0.55) return this.#confirm();
    if (dice < 0.7) return this.#cancel();
    if (dice < 0.8) return this.#extend();
    if (dice < 0.9) return this.#expire();
    return this.#block();
  }

  async #reserve(): Promise<void> {
    const requests = overlappingRequests();
    const outcomes = await reserveTogether(this.#database, this.#eventId, requests);
    outcomes.forEach((outcome, place) => {
      if (outcome.outcome !== 'reserved') return;
      expect(outcome.reservation.seatIndexes).toEqual(requests[place]?.seatIndexes);
      this.#held.push(outcome.reservation);
    });
  }

  /** Random reservations of those made so far, including ended ones. */
  #some(): { reservationId: string; viewerId: string }[] {
    return this.#someHeld().map(({ id, viewerId }) => ({ reservationId: id, viewerId }));
  }

  #someHeld(): ReservationRecord[] {
    return shuffled(this.#held).slice(0, 4);
  }

  async #confirm(): Promise<void> {
    const held = this.#someHeld();
    await beginPayments(this.#database, ...held);
    await confirmReservations(this.#database, this.#eventId, held.map(confirmationOf));
  }

  async #cancel(): Promise<void> {
    const requests = this.#some().map((request) => ({ ...request, seatIndexes: null }));
    await cancelReservations(this.#database, this.#eventId, requests);
  }

  async #extend(): Promise<void> {
    const terms = { extensionSeconds: 10, maxExtensions: 2 };
    await extendReservations(this.#database, this.#eventId, this.#some(), terms);
  }

  async #expire(): Promise<void> {
    const ids = this.#some().map(({ reservationId }) => reservationId);
    await moveDeadlines(
      this.#database,
      this.#eventId,
      ids.map((id) => ({ id, inMs: -1 })),
    );
    await expireReservations(this.#database, this.#eventId, ids);
  }

  async #block(): Promise<void> {
    const seats = shuffled(seatIndexes).slice(0, 3);
    const status = Math.random() < 0.3 ? 'BLOCKED' : 'AVAILABLE';
    await blockSeats(this.#database, this.#eventId, seats, status, 'organizer');
  }
}

/** Expects the change log to lead to the stored seats, and each change once. Ignores deadlines, which the test moves. */
async function expectLogged(database: Database, eventId: string, told: readonly LoggedChange[]): Promise<number> {
  const changes = await readChanges(database, eventId, { after: 0, limit: 10_000 });
  expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, place) => place + 1));
  expect(told.toSorted((one, other) => one.revision - other.revision)).toEqual(changes.slice(1));
  const replayed = replay(changes, SEATS).map(({ status, reservationId }) => ({ status, reservationId }));
  const stored = await storedSeats(database, eventId, seatIndexes);
  expect(replayed).toEqual(stored.map(({ status, reservationId }) => ({ status, reservationId })));
  return changes.length;
}

test('requests for overlapping seats in every order are all or nothing, and never deadlock', {
  timeout: 120_000,
}, async () => {
  let writes = 0;
  {
    await using database = await openDatabase({ kind: 'postgres', url, poolSize: 10 });
    // After a random number of rounds all seats are booked or blocked, and nothing can be written.
    for (let round = 0; round < 20 || writes < 1_000; round++) {
      const eventId = await createSampleEvent(database, SEATS);
      const rush = new Rush(database, eventId);
      const told: LoggedChange[] = [];
      const stop = database.committed.add(({ eventId: _, ...change }) => told.push(change));
      const buyer = async () => {
        for (let turn = 0; turn < 12; turn++) await rush.act();
      };
      await Promise.all(Array.from({ length: 10 }, buyer));
      stop();
      writes += await expectLogged(database, eventId, told);
    }
    await expectAgreement(database);
  }
  expect(await countDeadlocks(url)).toBe(0);
});
