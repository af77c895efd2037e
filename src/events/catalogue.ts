import type { EventRecord } from '../domain/records.ts';
import { type Asker, isOrganizer } from '../domain/viewer.ts';
import type { Reads } from '../store/engine/database.ts';
import { type EventPage, listEvents } from '../store/queries/events.ts';

/** Only organizers see drafts. */
export function isVisible(asker: Pick<Asker, 'viewer'>, event: EventRecord): boolean {
  return event.salesStatus !== 'DRAFT' || isOrganizer(asker);
}

/** The list of events. */
export class EventCatalogue {
  readonly #reads: Reads;

  constructor(reads: Reads) {
    this.#reads = reads;
  }

  /** Events that the asker may see, soonest first. */
  list(asker: Asker, page: Omit<EventPage, 'drafts'>): Promise<EventRecord[]> {
    return listEvents(this.#reads.during(asker.isOver), { ...page, drafts: isOrganizer(asker) });
  }
}
