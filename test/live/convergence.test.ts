import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LoggedChange } from '../../src/domain/change.ts';
import type { LiveSeatMap } from '../../src/live/live-seat-map.ts';
import { ArrayStore } from './array-store.ts';
import { MapReader, readMap } from './map-readers.ts';
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

/** Mulberry32: a seeded replacement for Math.random. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Buyers and an organizer with random operations through random nodes. */
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
    if (kind < 0.8) return this.#end(this.#random() < 0.7 ? 'cancel' : 'book');
    this.#announce(kind < 0.9 ? this.#store.block([this.#below(seatCount)]) : this.#store.unblock(this.#someSeats(20)));
  }

  async #reserve(): Promise<void> {
    const node = this.#node();
    const claim = this.#claim(this.#reservations, this.#someSeats(3));
    this.#reservations += 1;
    const forMs = 50 + this.#below(3_000);
    const change = this.#store.reserve(claim.reservationId, claim.seatIndexes, forMs);
    if (change === null) return;
    await this.#network.shared.gate.confirm(claim, forMs);
    node.expiry.granted(claim, this.#store.nowMs + forMs);
    this.#announce(change, node);
  }

  /** Moves the key before the store, like the product, so that it does not expire in between. */
  async #extend(): Promise<void> {
    const node = this.#node();
    const claim = this.#claim(this.#recent());
    await this.#network.shared.gate.confirm(claim, 4_000);
    const change = this.#store.extend(claim.reservationId, 1_000);
    const fact = change?.change.facts[0];
    if (fact?.kind === 'reservation-extended') node.expiry.granted(claim, fact.expiresAtMs);
    this.#announce(change, node);
  }

  async #end(how: 'cancel' | 'book'): Promise<void> {
    const node = this.#node();
    const claim = this.#claim(this.#recent());
    const change = this.#store[how](claim.reservationId);
    await this.#network.shared.gate.release(claim, change !== null);
    if (change !== null) node.expiry.ended(claim);
    this.#announce(change, node);
  }

  /** Results of a node's writes may arrive out of order, or never, if the node dies. */
  #announce(change: LoggedChange | null, node = this.#node()): void {
    const isLost = this.#random() < 0.05;
    if (!isLost) setTimeout(() => node.committed(change), this.#random() * 20);
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

/** Reads a node's messages, and reconnects to another node with its revision. Every third one is slow. */
class Reader {
  readonly told: ToldStates;
  readonly #nth: number;
  readonly #random: () => number;
  readonly #reader: MapReader;
  readonly failures: unknown[] = [];
  #stop = () => {};
  deltas = 0;

  constructor(nth: number, store: ArrayStore, random: () => number) {
    this.#nth = nth;
    this.#random = random;
    this.told = new ToldStates(store);
    this.#reader = new MapReader((update) => {
      try {
        this.told.hear(update);
      } catch (failure) {
        this.failures.push(failure);
      }
      if (update.kind === 'delta') this.deltas += 1;
      if (this.#nth % 3 === 0) this.#reader.isWritable = false;
    });
  }

  read(map: LiveSeatMap): void {
    this.#stop();
    this.#stop = readMap(map, this.#reader, this.told.revision);
  }

  /** Makes a slow one writable again. */
  wake(): void {
    if (this.#random() < 0.1) this.#reader.makeRoom();
  }

  leave(): void {
    this.#stop();
  }
}

async function shake(seed: number): Promise<void> {
  const random = seeded(seed);
  const store = new ArrayStore(seatCount, () => performance.now() + 1_000_000);
  const network = new Network();
  const nodes = Array.from({ length: 3 }, () => openNode(store, network, { random }));
  const maps = await Promise.all(nodes.map(async ({ seatMaps }) => (await seatMaps.open(store.eventId))?.map));
  const mapOf = (nth: number) => maps[nth % maps.length] ?? expect.unreachable();
  const consumers = await Promise.all(nodes.map((node) => node.follow(store.eventId)));
  const crowd = new Crowd(store, network, nodes, random);
  const readers = Array.from({ length: readerCount }, (_, nth) => new Reader(nth, store, random));
  for (const [nth, reader] of readers.entries()) reader.read(mapOf(nth));

  const touch = network.shared.expiry.touch.bind(network.shared.expiry);
  const faultyTouch = vi.spyOn(network.shared.expiry, 'touch');
  faultyTouch.mockImplementation((reservations) => touch(reservations.filter(() => random() > 0.2)));
  network.faults = () => {
    const copies = random();
    return Array.from({ length: copies < 0.2 ? 0 : copies < 0.4 ? 2 : 1 }, () => random() * 300);
  };
  for (let n = 0; n < 600; n += 1) {
    if (n % 150 === 100) network.setReachable(false);
    if (n % 150 === 130) network.setReachable(true);
    await crowd.act();
    await vi.advanceTimersByTimeAsync(random() * 60);
    for (const reader of readers) reader.wake();
    for (let moves = 0; moves < 3; moves += 1) {
      readers[Math.floor(random() * readerCount)]?.read(mapOf(Math.floor(random() * 3)));
    }
  }

  network.faults = () => [1];
  await vi.advanceTimersByTimeAsync(20_000);
  for (let n = 0; n < 200; n += 1) for (const reader of readers) reader.wake();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(readers.flatMap(({ failures }) => failures)).toEqual([]);
  expect(readers.reduce((sum, { deltas }) => sum + deltas, 0)).toBeGreaterThan(1_000);
  const expected = store.statuses();
  for (const { told } of readers) expect(told.statuses).toEqual(expected);
  for (const { told } of readers) expect(told.revision).toBe(store.revision);
  const revisions = Array.from({ length: store.revision }, (_, nth) => nth + 1);
  for (const told of consumers) expect(told).toEqual(revisions);
  for (const { seatMaps } of nodes) expect(seatMaps.get(store.eventId)?.isLive).toBe(true);

  for (const reader of readers) reader.leave();
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(vi.getTimerCount()).toBe(0);
}

it('every reader on every node converges to the store, gets only true states, and every change once and in order, whatever is lost', async () => {
  await fc.assert(fc.asyncProperty(fc.noShrink(fc.integer()), shake), { numRuns: 5 });
});
