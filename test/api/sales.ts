import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { HEADS_EVERY_MS } from '../../src/live/head-watch.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { type Verdict, verify } from '../../src/store/queries/verification.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, newBuyer } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import type { TwoNodes } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';
import { type SeatMapWatch, watchSeatMap } from './watching.ts';

type Nodes = Pick<TwoNodes, 'a' | 'b' | 'databaseUrl'>;

const SEATS = 300;
const SELLERS = 6;
/** Short, so that many expire during the test. */
const RESERVATION_SECONDS = 2;
/** Pause between two buyers, so that seats last. */
const PAUSE_MS = 15;
/** Share of booked reservations. Others are cancelled, or expire. */
const BOOKED_SHARE = 0.2;
const CANCELLED_SHARE = 0.5;
/** Lost messages are noticed when the events' heads are read. */
const MAPS_RIGHT_WITHIN_MS = HEADS_EVERY_MS + 2_000;

interface Booked {
  readonly buyer: Buyer;
  readonly reservationId: string;
  readonly seats: readonly string[];
}

/** Buyers who reserve, book and cancel through both nodes, for several events whose maps are followed on both. */
export class Sales implements AsyncDisposable {
  readonly events: readonly Offer[];
  readonly #nodes: Nodes;
  readonly #watches: ReadonlyMap<Offer, readonly SeatMapWatch[]>;
  readonly #granted: { readonly event: Offer; readonly atMs: number }[] = [];
  readonly #waits: { readonly event: Offer; readonly atMs: number; readonly waitedMs: number }[] = [];
  readonly #booked: Booked[] = [];
  #sellers: readonly Promise<void>[] = [];
  #isOpen = false;

  private constructor(nodes: Nodes, watches: ReadonlyMap<Offer, readonly SeatMapWatch[]>) {
    this.#nodes = nodes;
    this.#watches = watches;
    this.events = [...watches.keys()];
  }

  static async at(nodes: Nodes, eventCount: number): Promise<Sales> {
    const watches = new Map<Offer, readonly SeatMapWatch[]>();
    for (let count = 0; count < eventCount; count += 1) {
      const event = await offer(nodes.a, { seats: SEATS, reservationSeconds: RESERVATION_SECONDS });
      watches.set(event, await Promise.all([nodes.a, nodes.b].map((node) => watchSeatMap(node, event))));
    }
    return new Sales(nodes, watches);
  }

  open(): void {
    this.#isOpen = true;
    this.#sellers = Array.from({ length: SELLERS }, () => this.#sell());
  }

  /** Resolves when no request is in flight. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#sellers);
  }

  /** Reservations granted at these events since a moment of the monotonic clock. */
  grantedSince(sinceMs: number, events = this.events): number {
    return this.#granted.filter(({ event, atMs }) => atMs >= sinceMs && events.includes(event)).length;
  }

  /** Longest time without a granted reservation at these events since then, up to now. */
  longestGapMs(sinceMs: number, events = this.events): number {
    const times = this.#granted.filter(({ event }) => events.includes(event)).map(({ atMs }) => atMs);
    const edges = [sinceMs, ...times.filter((atMs) => atMs > sinceMs), performance.now()];
    return Math.max(...edges.map((atMs, nth) => atMs - (edges[nth - 1] ?? atMs)));
  }

  /** Slowest answer to a reservation at these events since then. */
  longestWaitMs(sinceMs: number, events = this.events): number {
    const waits = this.#waits.filter(({ event, atMs }) => atMs >= sinceMs && events.includes(event));
    return Math.max(...waits.map(({ waitedMs }) => waitedMs));
  }

  /** Expects all maps to equal the store within the promised time. Resolves to the time it took. */
  async expectMapsRight(): Promise<number> {
    const start = performance.now();
    for (const [event, watches] of this.#watches) {
      const areEqual = async () => {
        const stored = `${await storedStatuses(this.#nodes.a, event)}`;
        return watches.every(({ statuses }) => `${statuses}` === stored);
      };
      const withinMs = Math.max(1, MAPS_RIGHT_WITHIN_MS - (performance.now() - start));
      await waitFor(areEqual, { withinMs, what: 'maps to be equal to the store' });
    }
    return performance.now() - start;
  }

  /** Expects all acknowledged bookings, no seat booked twice, and a consistent store. */
  async expectNothingLostNorSoldTwice(): Promise<void> {
    expect(this.#booked.length).toBeGreaterThan(10);
    const seats = this.#booked.flatMap((booked) => booked.seats);
    expect(new Set(seats).size).toBe(seats.length);
    for (const { buyer, reservationId, seats } of this.#booked) {
      const found = await buyer.look(this.#nodes.b, reservationId);
      expect(found).toMatchObject({ status: 'CONFIRMED', seats: seats.map((id) => ({ id })) });
    }
    await using database = await openDatabase({ kind: 'postgres', url: this.#nodes.databaseUrl, poolSize: 1 });
    const verdicts: Verdict[] = [];
    await verify(database, { overdueSeconds: 60 }, (verdict) => verdicts.push(verdict));
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts.flatMap(({ breaches }) => breaches)).toEqual([]);
  }

  get bookedCount(): number {
    return this.#booked.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    for (const watch of [...this.#watches.values()].flat()) await watch[Symbol.asyncDispose]();
  }

  async #sell(): Promise<void> {
    while (this.#isOpen) {
      await this.#serve(await newBuyer());
      await sleep(PAUSE_MS);
    }
  }

  /** Accepts every outcome, because others may have the seats. Throws errors. */
  async #serve(buyer: Buyer): Promise<void> {
    const [here, there] = Math.random() < 0.5 ? [this.#nodes.a, this.#nodes.b] : [this.#nodes.b, this.#nodes.a];
    const event = pick(this.events);
    const first = Math.floor(Math.random() * (SEATS - 1));
    const askedAtMs = performance.now();
    const outcome = await buyer.reserve(here, event, [first, first + 1]);
    const atMs = performance.now();
    this.#waits.push({ event, atMs, waitedMs: atMs - askedAtMs });
    if (outcome.__typename !== 'Reservation') {
      expect(outcome.__typename).toBe('SeatsUnavailable');
      return;
    }
    this.#granted.push({ event, atMs });
    const fate = Math.random();
    if (fate < BOOKED_SHARE) await this.#book(buyer, there, outcome.id);
    else if (fate < BOOKED_SHARE + CANCELLED_SHARE) await buyer.cancel(there, outcome.id);
  }

  async #book(buyer: Buyer, node: Nodes['a'], reservationId: string): Promise<void> {
    const outcome = await buyer.confirm(node, reservationId);
    if (outcome.__typename !== 'Booking') return;
    this.#booked.push({ buyer, reservationId, seats: outcome.seats.map(({ id }) => id) });
  }
}

function pick<T>(from: readonly T[]): T {
  const picked = from[Math.floor(Math.random() * from.length)];
  if (picked === undefined) throw new RangeError('there is nothing to pick');
  return picked;
}
