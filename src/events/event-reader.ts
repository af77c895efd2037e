import type { EventRecord } from '../domain/records.ts';
import type { Session } from '../store/database.ts';
import { findEvents } from '../store/events.ts';
import { gathered } from '../store/gathered.ts';

/** Read in one statement. */
const MAX_BATCH = 1_000;

/** Reads events as they are when asked for: everybody who has just reserved seats of one event asks for that event. */
export function eventReader(session: Session): (id: string) => Promise<EventRecord | null> {
  return gathered(async (ids) => {
    const events = new Map((await findEvents(session, [...new Set(ids)])).map((event) => [event.id, event]));
    return ids.map((id) => events.get(id) ?? null);
  }, MAX_BATCH);
}
