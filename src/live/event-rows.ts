import { LRUCache } from 'lru-cache';
import type { EventRecord } from '../domain/records.ts';
import type { Session } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { findEvents } from '../store/queries/events.ts';
import type { LiveSeatMaps } from './live-seat-maps.ts';

/** Read in one statement. */
const MAX_BATCH = 1_000;

const MAX_KEPT = 1_000;
/** How old an answer may be where no map is live: long enough that thousands who come at once cause one read. */
const KEPT_MS = 1_000;

export interface EventRowsParts {
  /** For what must be as it is now. */
  readonly store: Session;
  /** For what may be of a moment ago. */
  readonly reads: Session;
  readonly seatMaps: Pick<LiveSeatMaps, 'get'>;
}

/** Events' own rows. */
export class EventRows {
  /** As the store has it; null when there is none. Those who ask at the same time share a statement. */
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

  /** From memory where its map is live, else as it was within the last second; null when there was none. */
  recent(id: string): EventRecord | null | Promise<EventRecord | null> {
    const live = this.#seatMaps.get(id);
    if (live !== undefined) return live.event.row.event;
    const known = this.#recent.get(id);
    return known === undefined ? this.#recent.fetch(id).then((read) => read?.event ?? null) : known.event;
  }
}
