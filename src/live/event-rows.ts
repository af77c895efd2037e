import { LRUCache } from 'lru-cache';
import type { EventRecord } from '../domain/records.ts';
import type { Session } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { findEvents } from '../store/queries/events.ts';
import type { LiveSeatMaps } from './live-seat-maps.ts';

/** Events read in one statement. */
const MAX_BATCH = 1_000;

const MAX_KEPT = 1_000;
/** How old an answer may be if no map is live: long enough that thousands of requests at once cause one read. */
const KEPT_MS = 1_000;

export interface EventRowsParts {
  /** For reads that must be current. */
  readonly store: Session;
  /** For reads that may be a moment old. */
  readonly reads: Session;
  readonly seatMaps: Pick<LiveSeatMaps, 'get'>;
}

/** Reads the rows of events. */
export class EventRows {
  /** The current row; null when there is none. Concurrent reads share a statement. */
  readonly read: (id: string) => Promise<EventRecord | null>;
  readonly #seatMaps: Pick<LiveSeatMaps, 'get'>;
  readonly #recent: LRUCache<string, { readonly event: EventRecord | null }>;

  constructor({ store, reads, seatMaps }: EventRowsParts) {
    this.read = batched(async (ids) => {
      const events = new Map((await findEvents(store, [...new Set(ids)])).map((event) => [event.id, event]));
      return ids.map((id) => events.get(id) ?? null);
    }, MAX_BATCH);
    this.#seatMaps = seatMaps;
    this.#recent = new LRUCache({
      max: MAX_KEPT,
      ttl: KEPT_MS,
      fetchMethod: async (id) => {
        const [event = null] = await findEvents(reads, [id]);
        return { event };
      },
    });
  }

  /** From memory where its map is live, else as the store has it; null when there is none. */
  current(id: string): EventRecord | Promise<EventRecord | null> {
    return this.#seatMaps.get(id)?.event.row.event ?? this.read(id);
  }

  /** From memory if its map is live, else at most a second old; null when there is none. */
  recent(id: string): EventRecord | null | Promise<EventRecord | null> {
    const live = this.#seatMaps.get(id);
    if (live !== undefined) return live.event.row.event;
    const known = this.#recent.get(id);
    return known === undefined ? this.#recent.fetch(id).then((read) => read?.event ?? null) : known.event;
  }
}
