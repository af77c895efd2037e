import { LRUCache } from 'lru-cache';
import type { Database } from '../store/database.ts';
import { loadLayout } from '../store/events.ts';
import { Seating } from './seating.ts';

/** Seats of all the layouts that are kept: about 100 MB at the most. */
const MAX_SEATS_KEPT = 500_000;

/**
 * The layouts this node has needed lately. They never change, so they are read once; and one after the other, as selling waits
 * for the same connections.
 */
export class Seatings {
  readonly #database: Database;
  readonly #known = new LRUCache<string, Seating>({
    maxSize: MAX_SEATS_KEPT,
    sizeCalculation: ({ seatCount }) => Math.max(seatCount, 1),
  });
  readonly #loading = new Map<string, Promise<Seating | null>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null when there is no such event. At once where it is known; whoever asks before shares one reading. */
  get(eventId: string): Seating | Promise<Seating | null> {
    const known = this.#known.get(eventId);
    if (known !== undefined) return known;
    return this.#loading.get(eventId) ?? this.#loadInTurn(eventId);
  }

  #loadInTurn(eventId: string): Promise<Seating | null> {
    const load = () => this.#load(eventId);
    const loading = this.#last.then(load, load).finally(() => this.#loading.delete(eventId));
    this.#last = loading;
    this.#loading.set(eventId, loading);
    return loading;
  }

  /** Null where it is not known. */
  peek(eventId: string): Seating | null {
    return this.#known.peek(eventId) ?? null;
  }

  async #load(eventId: string): Promise<Seating | null> {
    const layout = await loadLayout(this.#database, eventId);
    if (layout === null) return null;
    const seating = new Seating(layout);
    this.#known.set(eventId, seating);
    return seating;
  }
}
