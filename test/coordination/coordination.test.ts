import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Coordination, SeatClaim } from '../../src/coordination/coordination.ts';
import type { Party } from '../../src/coordination/party.ts';
import type { ReservationKey } from '../../src/domain/records.ts';
import { waitFor } from '../support/wait-for.ts';
import { implementations, type Shared } from './implementations.ts';
import { Recorder } from './recorder.ts';

const soon = { withinMs: 20_000 };
const long = 60_000;

describe.each(implementations)('coordination $name', ({ isShared, share }) => {
  let shared: Shared;
  let node: Coordination;
  let eventId: string;

  beforeAll(async () => {
    shared = await share();
  });
  afterAll(() => shared[Symbol.asyncDispose]());
  beforeEach(async () => {
    node = await shared.openNode();
    eventId = randomUUID();
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const claim = (reservationId: string, ...seatIndexes: number[]): SeatClaim => ({
    eventId,
    reservationId,
    seatIndexes,
  });
  const taken = { answer: 'taken' };
  const refused = (...seatIndexes: number[]) => ({ answer: 'refused', seatIndexes });

  test('can be reached', () => {
    expect(node.reachable).toBe(true);
  });

  describe('turns', () => {
    const eve = 'address 192.0.2.1';
    const by = (party: Party, asked: SeatClaim): SeatClaim => ({ ...asked, party });
    const holdAndRelease = async (asked: SeatClaim) => {
      expect(await node.gate.acquire(asked)).toEqual(taken);
      expect(await node.gate.confirm(asked, long)).toBe(asked.party);
      // The party was stored.
      const { party: _, ...rest } = asked;
      expect(await node.gate.confirm(rest, 2 * long)).toBe(asked.party);
      expect(await node.gate.release(rest, true)).toBe(asked.party);
    };

    test('must be left to others by a party that has released a seat again and again', async () => {
      for (const id of ['first', 'second', 'third']) await holdAndRelease(by(eve, claim(id, 1, 2)));
      const answer = await node.gate.acquire(by(eve, claim('fourth', 2, 3)));
      expect(answer).toEqual({ answer: 'left-to-others', retryAfterMs: expect.any(Number) });
      const leftMs = answer.answer === 'left-to-others' ? answer.retryAfterMs : 0;
      expect(leftMs).toBeGreaterThan(0);
      expect(leftMs).toBeLessThanOrEqual(10_000);
      expect(await node.gate.acquire(by(eve, claim('fifth', 3)))).toEqual(taken);
      expect(await node.gate.acquire(by('viewer eve', claim('sixth', 2)))).toEqual(taken);
      expect(await node.gate.acquire(by(eve, { ...claim('seventh', 1), eventId: randomUUID() }))).toEqual(taken);
    });

    test('count a lapsed reservation like a cancelled one, and each reservation once', async () => {
      for (const id of ['first', 'second', 'third']) {
        const asked = by(eve, claim(id, 1));
        const isTaken = async () => (await node.gate.acquire(asked)).answer === 'taken';
        await waitFor(isTaken, { ...soon, what: 'the reservation before to lapse' });
        for (const remainingMs of [400, 300]) await node.gate.confirm(asked, remainingMs);
      }
      const isLeft = async () => (await node.gate.acquire(by(eve, claim('fourth', 1)))).answer === 'left-to-others';
      await waitFor(isLeft, { ...soon, what: 'the seat to be left to others' });
    });

    test('do not keep a reservation from its own seats', async () => {
      for (const id of ['first', 'second']) await holdAndRelease(by(eve, claim(id, 1)));
      const asked = by(eve, claim('third', 1));
      for (const _ of [1, 2]) {
        expect(await node.gate.acquire(asked)).toEqual(taken);
        await node.gate.confirm(asked, long);
      }
    });
  });

  describe('the seats that an address holds', () => {
    const of = (address: string, ...asked: Parameters<typeof claim>): SeatClaim => ({
      ...claim(...asked),
      party: `address ${address}`,
    });

    test('are limited over all events', async () => {
      const held = node.heldSeats(3);
      const [here, there] = [randomUUID(), randomUUID()];
      expect(await held.acquire(of(here, 'first', 1, 2))).toBe(true);
      expect(await held.acquire({ ...of(here, 'second', 1, 2), eventId: randomUUID() })).toBe(false);
      expect(await held.acquire(of(here, 'first', 1, 2))).toBe(true);
      expect(await held.acquire({ ...of(here, 'third', 1), eventId: randomUUID() })).toBe(true);
      expect(await held.acquire(of(there, 'fourth', 5, 6, 7))).toBe(true);
      expect(await held.acquire({ ...claim('fifth', 1, 2, 3, 4), party: 'viewer eve' })).toBe(true);
      expect(await held.acquire(claim('sixth', 1, 2, 3, 4))).toBe(true);
    });

    test('are counted once by concurrent calls', async () => {
      const held = node.heldSeats(10);
      const address = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, nth) => held.acquire(of(address, `id ${nth}`, nth))),
      );
      expect(answers.filter((answer) => answer)).toHaveLength(10);
    });

    test('count until they are released, or their time is over', async () => {
      const held = node.heldSeats(2);
      const address = randomUUID();
      await held.acquire(of(address, 'first', 1));
      await held.confirm(of(address, 'first', 1), long);
      await held.confirm(of(address, 'second', 2), 400);
      expect(await held.acquire(of(address, 'third', 3))).toBe(false);
      const isOver = () => held.acquire(of(address, 'third', 3));
      await waitFor(isOver, { ...soon, what: 'the second to be over' });
      await held.release(of(address, 'first', 1));
      await held.release(of(address, 'first', 1));
      await held.confirm(of(address, 'third', 3), long);
      expect(await held.acquire(of(address, 'fourth', 4, 5))).toBe(false);
      expect(await held.acquire(of(address, 'fourth', 4))).toBe(true);
    });

    test('are not counted without a limit', async () => {
      const held = node.heldSeats(0);
      expect(await held.acquire(of(randomUUID(), 'first', 1, 2, 3))).toBe(true);
    });
  });

  describe('the gate', () => {
    test('claims all seats or none, and returns those claimed by others', async () => {
      expect(await node.gate.acquire(claim('first', 4, 2))).toEqual(taken);
      expect(await node.gate.acquire(claim('second', 1, 2, 3, 4))).toEqual(refused(2, 4));
      expect(await node.gate.acquire(claim('third', 1, 3))).toEqual(taken);
    });

    test('keeps events apart', async () => {
      await node.gate.acquire(claim('first', 1));
      expect(await node.gate.acquire({ ...claim('second', 1), eventId: randomUUID() })).toEqual(taken);
    });

    test('lets a reservation claim its own seats again', async () => {
      await node.gate.acquire(claim('first', 1));
      expect(await node.gate.acquire(claim('first', 1, 2))).toEqual(taken);
    });

    test('frees claims whose lease has expired', async () => {
      await node.gate.acquire(claim('first', 1));
      expect(await node.gate.acquire(claim('second', 1))).toEqual(refused(1));
      await waitFor(async () => (await node.gate.acquire(claim('second', 1))).answer === 'taken', {
        ...soon,
        what: 'the lease to run out',
      });
    });

    test('keeps confirmed claims beyond the lease, also when they are acquired again', async () => {
      await node.gate.acquire(claim('first', 1));
      await node.gate.confirm(claim('first', 1), long);
      await node.gate.acquire(claim('first', 1));
      await node.gate.acquire(claim('witness', 2));
      await waitFor(async () => (await node.gate.acquire(claim('other', 2))).answer === 'taken', {
        ...soon,
        what: 'a lease taken at the same time to run out',
      });
      expect(await node.gate.acquire(claim('second', 1))).toEqual(refused(1));
    });

    test('keeps confirmed claims for about the given time', async () => {
      await node.gate.acquire(claim('first', 1));
      const start = performance.now();
      await node.gate.confirm(claim('first', 1), 1_500);
      await waitFor(async () => (await node.gate.acquire(claim('second', 1))).answer === 'taken', {
        ...soon,
        what: 'the mark to lapse',
      });
      expect(performance.now() - start).toBeGreaterThan(1_300);
    });

    test("confirms only claims that are still the reservation's", async () => {
      await node.gate.acquire(claim('first', 1));
      await node.gate.confirm(claim('second', 1, 2), long);
      expect(await node.gate.acquire(claim('third', 1, 2))).toEqual(refused(1));
      expect(await node.gate.acquire(claim('third', 2))).toEqual(taken);
    });

    test("releases only claims that are still the reservation's", async () => {
      await node.gate.acquire(claim('first', 1, 2));
      await node.gate.release(claim('second', 1, 2), true);
      expect(await node.gate.acquire(claim('third', 1, 2))).toEqual(refused(1, 2));
      await node.gate.release(claim('first', 2), false);
      expect(await node.gate.acquire(claim('third', 2))).toEqual(taken);
      expect(await node.gate.acquire(claim('third', 1))).toEqual(refused(1));
    });

    test('restores claims of the store for a lease, and overwrites none', async () => {
      await node.gate.acquire(claim('first', 1));
      await node.gate.restore(eventId, [
        { seatIndex: 1, holder: 'other', remainingMs: long },
        { seatIndex: 2, holder: 'other', remainingMs: long },
        { seatIndex: 3, holder: 'BOOKED', remainingMs: Number.POSITIVE_INFINITY },
        { seatIndex: 4, holder: 'lapsing', remainingMs: 50 },
      ]);
      expect(await node.gate.acquire(claim('first', 1))).toEqual(taken);
      expect(await node.gate.acquire(claim('third', 1, 2, 3, 4))).toEqual(refused(1, 2, 3));
      expect(await node.gate.acquire(claim('other', 2))).toEqual(taken);
      await waitFor(async () => (await node.gate.acquire(claim('third', 3))).answer === 'taken', {
        ...soon,
        what: 'what was put back to lapse',
      });
    });

    test('accepts a claim without seats', async () => {
      expect(await node.gate.acquire(claim('first'))).toEqual(taken);
      await node.gate.confirm(claim('first'), long);
      await node.gate.release(claim('first'), true);
      await node.gate.restore(eventId, []);
    });
  });

  describe('expiry', () => {
    let expired: ReservationKey[];
    let stop: () => void;

    beforeEach(() => {
      expired = [];
      stop = node.expiry.onExpired((reservation) => expired.push(reservation));
    });

    const key = (reservationId: string): ReservationKey => ({ eventId, reservationId });
    const announced = (reservationId: string) =>
      waitFor(() => expired.some((each) => each.reservationId === reservationId), {
        ...soon,
        what: `${reservationId} to be announced`,
      });

    test('announces a reservation once when it is touched after its deadline', async () => {
      await node.gate.confirm(claim('due', 1), 1);
      await node.gate.confirm(claim('later', 2), long);
      await node.expiry.touch([key('due'), key('later'), key('unknown')]);
      await announced('due');
      await node.expiry.touch([key('due')]);
      await node.gate.confirm(claim('witness', 3), 1);
      await node.expiry.touch([key('witness')]);
      await announced('witness');
      expect(expired).toEqual([key('due'), key('witness')]);
    });

    test('announces a key that was touched a little too early', async () => {
      await node.gate.confirm(claim('due', 1), 120);
      await node.expiry.touch([key('due')]);
      await announced('due');
    });

    test('does not announce a reservation that was extended', async () => {
      await node.gate.confirm(claim('extended', 1), 100);
      await node.gate.confirm(claim('witness', 2), 100);
      await node.gate.confirm(claim('extended', 1), long);
      await node.expiry.touch([key('extended'), key('witness')]);
      await announced('witness');
      expect(expired).toEqual([key('witness')]);
    });

    test('does not announce a reservation that has ended in another way', async () => {
      await node.gate.confirm(claim('ended', 1), 100);
      await node.gate.confirm(claim('witness', 2), 100);
      await node.gate.release(claim('ended', 1), true);
      await node.expiry.touch([key('ended'), key('witness')]);
      await announced('witness');
      expect(expired).toEqual([key('witness')]);
    });

    test.each([0, -5, 0.3])('announces a reservation held for %d ms', async (remainingMs) => {
      await node.gate.acquire(claim('over', 1));
      await node.gate.confirm(claim('over', 1), remainingMs);
      expect(await node.gate.acquire(claim('next', 1))).toEqual(taken);
      await node.expiry.touch([key('over')]);
      await announced('over');
    });

    test('does not call a listener that has stopped', async () => {
      const others: ReservationKey[] = [];
      node.expiry.onExpired((reservation) => others.push(reservation));
      stop();
      await node.gate.confirm(claim('due', 1), 1);
      await node.expiry.touch([key('due')]);
      await waitFor(() => others.length > 0, { ...soon, what: 'the other listener to be told' });
      expect(expired).toEqual([]);
    });
  });

  describe.runIf(isShared)('the bus', () => {
    test('delivers messages to each listener of another node, in order', async () => {
      await using other = await shared.openNode();
      const [one, two] = [new Recorder(), new Recorder()];
      await using _one = await node.bus.subscribe(eventId, one);
      await using _two = await node.bus.subscribe(eventId, two);
      other.bus.publish(eventId, 'first');
      other.bus.publish(eventId, 'second');
      await waitFor(() => one.messages.length === 2 && two.messages.length === 2, { ...soon, what: 'both messages' });
      expect(one.messages).toEqual(['first', 'second']);
      expect(two.messages).toEqual(['first', 'second']);
    });

    test('delivers no messages of other channels, and none after the end', async () => {
      await using other = await shared.openNode();
      const [ended, going] = [new Recorder(), new Recorder()];
      const subscription = await node.bus.subscribe(eventId, ended);
      await using _ = await node.bus.subscribe(eventId, going);
      await subscription[Symbol.asyncDispose]();
      other.bus.publish(randomUUID(), 'of another event');
      other.bus.publish(eventId, 'of this one');
      await waitFor(() => going.messages.length > 0, { ...soon, what: 'the message' });
      expect(going.messages).toEqual(['of this one']);
      expect(ended.messages).toEqual([]);
    });

    test('can be subscribed to again', async () => {
      await using other = await shared.openNode();
      const first = await node.bus.subscribe(eventId, new Recorder());
      const again = new Recorder();
      const [, subscription] = await Promise.all([first[Symbol.asyncDispose](), node.bus.subscribe(eventId, again)]);
      await using _ = subscription;
      other.bus.publish(eventId, 'again');
      await waitFor(() => again.messages.length === 1, { ...soon, what: 'the message' });
    });
  });

  describe('a rate limiter', () => {
    test('allows a number per minute for each key, and returns a retry time', async () => {
      const limiter = node.rateLimiter(randomUUID(), 3);
      for (let count = 0; count < 3; count += 1) expect(await limiter.consume('viewer')).toEqual({ allowed: true });
      const answer = await limiter.consume('viewer');
      expect(answer).toEqual({ allowed: false, retryAfterMs: expect.any(Number) });
      expect(answer.allowed || answer.retryAfterMs).toBeGreaterThan(0);
      expect(answer.allowed || answer.retryAfterMs).toBeLessThanOrEqual(60_000);
      expect(await limiter.consume('other')).toEqual({ allowed: true });
    });

    test('counts fifty at once', async () => {
      const limiter = node.rateLimiter(randomUUID(), 10);
      const answers = await Promise.all(Array.from({ length: 50 }, () => limiter.consume('viewer')));
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
    });

    test('allows everything with a limit of 0', async () => {
      const limiter = node.rateLimiter(randomUUID(), 0);
      for (let count = 0; count < 100; count += 1) expect(await limiter.consume('viewer')).toEqual({ allowed: true });
    });
  });
});
