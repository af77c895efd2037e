import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EventChange } from '../../src/coordination/coordination.ts';
import { ArrayStore } from './array-store.ts';
import { Network, openNode, type TestNode } from './nodes.ts';
import { ToldStates } from './told-states.ts';

const seatCount = 60;
const readerCount = 200;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Mulberry32: a seeded stand-in for Math.random. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Buyers and an organizer, who work at random through random nodes. */
class Crowd {
  readonly #store: ArrayStore;
  readonly #network: Network;
  readonly #nodes: readonly TestNode[];
  readonly #random: () => number;
  #reservations = 0;

  constructor(store: ArrayStore, network: Network, nodes: readonly TestNode[], random: () => number) {
    this.#store = store;
    this.#network = network;
    this.#nodes = nodes;
    this.#random = random;
  }

  async act(): Promise<void> {
    const kind = this.#random();
    if (kind < 0.5) return this.#reserve();
    if (kind < 0.65) return this.#extend();
    if (kind < 0.8) return this.#end(this.#random() < 0.7 ? 'AVAILABLE' : 'BOOKED');
    const change = kind < 0.9 ? this.#store.block([this.#below(seatCount)]) : this.#store.unblock(this.#someSeats(20));
    return this.#publish(this.#node(), change);
  }

  async #reserve(): Promise<void> {
    const node = this.#node();
    const claim = this.#claim(this.#reservations, this.#someSeats(3));
    this.#reservations += 1;
    const forMs = 50 + this.#below(3_000);
    const change = this.#store.reserve(claim.reservationId, claim.seatIndexes, forMs);
    if (change.seats.length === 0) return;
    await this.#network.shared.gate.hold(claim, forMs);
    node.expiry.granted(claim, this.#store.nowMs + forMs);
    await this.#publish(node, change);
  }

  /** The key is moved before the store is asked, so that it cannot run out in between. */
  async #extend(): Promise<void> {
    const node = this.#node();
    const claim = this.#claim(this.#recent());
    await this.#network.shared.gate.hold(claim, 4_000);
    const change = this.#store.extend(claim.reservationId, 1_000);
    const [seat] = change.seats;
    if (seat?.expiresAtMs) node.expiry.granted(claim, seat.expiresAtMs);
    await this.#publish(node, change);
  }

  async #end(status: 'AVAILABLE' | 'BOOKED'): Promise<void> {
    const node = this.#node();
    const claim = this.#claim(this.#recent());
    const change = this.#store.end(claim.reservationId, status);
    await this.#network.shared.gate.release(claim, change.seats.length > 0);
    if (change.seats.length > 0) node.expiry.ended(claim);
    await this.#publish(node, change);
  }

  async #publish(node: TestNode, change: EventChange): Promise<void> {
    await node.bus.publish(this.#store.eventId, change);
  }

  #claim(nth: number, seatIndexes: readonly number[] = []) {
    return { eventId: this.#store.eventId, reservationId: `r${nth}`, seatIndexes };
  }

  #recent(): number {
    return Math.max(0, this.#reservations - 1 - this.#below(15));
  }

  #someSeats(most: number): number[] {
    return [...new Set(Array.from({ length: 1 + this.#below(most) }, () => this.#below(seatCount)))];
  }

  #node(): TestNode {
    const node = this.#nodes[this.#below(this.#nodes.length)];
    if (node === undefined) throw new Error('no nodes');
    return node;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Reads to the end; every third reader is slow, every fifth leaves and comes again at once. */
async function read(nth: number, node: TestNode, store: ArrayStore, told: ToldStates[], random: () => number) {
  let isOver = false;
  while (!isOver) {
    const states = new ToldStates(store);
    told[nth] = states;
    const leavesAfter = nth % 5 === 0 ? 20 : Number.POSITIVE_INFINITY;
    let heard = 0;
    isOver = true;
    for await (const update of (await node.seatMaps.updates(store.eventId)) ?? []) {
      states.hear(update);
      if (nth % 3 === 0) await sleep(random() * 2_000);
      heard += 1;
      if (heard < leavesAfter) continue;
      isOver = false;
      break;
    }
  }
}

async function shake(seed: number): Promise<void> {
  const random = seeded(seed);
  const store = new ArrayStore(seatCount, () => performance.now() + 1_000_000);
  const network = new Network();
  const nodes = ['a', 'b', 'c'].map((name) => openNode(name, store, network, random));
  const crowd = new Crowd(store, network, nodes, random);
  const told: ToldStates[] = [];
  const failures: unknown[] = [];
  const readers = Array.from({ length: readerCount }, async (_, nth) => {
    const node = nodes[nth % nodes.length];
    if (node !== undefined) await read(nth, node, store, told, random).catch((err: unknown) => failures.push(err));
  });

  const poke = network.shared.expiry.poke.bind(network.shared.expiry);
  const faultyPoke = vi.spyOn(network.shared.expiry, 'poke');
  faultyPoke.mockImplementation((reservations) => poke(reservations.filter(() => random() > 0.2)));
  network.faults = () => {
    const copies = random();
    return Array.from({ length: copies < 0.2 ? 0 : copies < 0.4 ? 2 : 1 }, () => random() * 300);
  };
  for (let n = 0; n < 600; n += 1) {
    if (n % 150 === 100) network.setReachable(false);
    if (n % 150 === 130) network.setReachable(true);
    await crowd.act();
    await vi.advanceTimersByTimeAsync(random() * 60);
  }

  network.faults = () => [1];
  for (const { bus } of nodes) await bus.publish(store.eventId, { seats: [], reservationIds: [] });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(failures).toEqual([]);
  const expected = store.statuses();
  for (const { statuses } of told) expect(statuses).toEqual(expected);
  for (const { seatMaps } of nodes) expect(seatMaps.get(store.eventId)?.isLive).toBe(true);

  for (const node of nodes) await node[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(2_000);
  await Promise.all(readers);
  expect(vi.getTimerCount()).toBe(0);
}

it('shows every reader on every node the store, and nothing that was not so, whatever is lost on the way', async () => {
  await fc.assert(fc.asyncProperty(fc.noShrink(fc.integer()), shake), { numRuns: 5 });
});
