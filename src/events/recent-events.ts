import { LRUCache } from 'lru-cache';
import type { EventRecord } from '../domain/records.ts';
import type { Session } from '../store/database.ts';
import { findEvents } from '../store/events.ts';

const MAX_KEPT = 1_000;
/** How old an answer may be: long enough that thousands who subscribe at once cause one read. */
const KEPT_MS = 1_000;

/** Events as they were a moment ago, for those who only need to know whether one is there to be seen. */
export class RecentEvents {
  readonly #known: LRUCache<string, { readonly event: EventRecord | null }>;

  constructor(session: Session) {
    this.#known = new LRUCache({
      max: MAX_KEPT,
      ttl: KEPT_MS,
      fetchMethod: async (id) => {
        const [event = null] = await findEvents(session, [id]);
        return { event };
      },
    });
  }

  /** Null when there is none. */
  async get(id: string): Promise<EventRecord | null> {
    return (await this.#known.fetch(id))?.event ?? null;
  }
}
