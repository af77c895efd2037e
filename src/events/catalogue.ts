import type { CategoryRecord, EventRecord } from '../domain/records.ts';
import { type Asker, isOrganizer } from '../domain/viewer.ts';
import type { Reads } from '../store/engine/database.ts';
import { type EventPage, type ListedEvent, listEvents, readCategories } from '../store/queries/events.ts';
import type { EventLayout, EventLayouts } from './layouts.ts';
import type { ShownSeats } from './shown-seats.ts';

/** Only organizers see drafts. */
export function isVisible(asker: Pick<Asker, 'viewer'>, event: EventRecord): boolean {
  return event.salesStatus !== 'DRAFT' || isOrganizer(asker);
}

export interface CatalogueParts {
  readonly reads: Reads;
  readonly seatMaps: ShownSeats;
  readonly layouts: Pick<EventLayouts, 'peek'>;
}

/** The list of events. */
export class EventCatalogue {
  readonly #reads: Reads;
  readonly #seatMaps: ShownSeats;
  readonly #layouts: Pick<EventLayouts, 'peek'>;

  constructor({ reads, seatMaps, layouts }: CatalogueParts) {
    this.#reads = reads;
    this.#seatMaps = seatMaps;
    this.#layouts = layouts;
  }

  /** Events that the asker may see, soonest first, with their counts if asked for, in one statement. */
  async list(
    asker: Asker,
    { counted, ...page }: Omit<EventPage, 'drafts' | 'counts'> & { readonly counted: boolean },
  ): Promise<ListedEvent[]> {
    const counts = counted ? { without: this.#seatMaps.liveEventIds } : null;
    const listed = await listEvents(this.#reads.during(asker.isOver), { ...page, counts, drafts: isOrganizer(asker) });
    return listed.map(({ event, availability }) => ({
      event,
      availability: availability ?? this.#seatMaps.shown(event.id)?.availability ?? null,
    }));
  }

  /** Price categories of each of the events, in the order of its plan: from its layout where that is known. */
  async categories({ isOver }: Pick<Asker, 'isOver'>, eventIds: readonly string[]): Promise<CategoryRecord[][]> {
    const layouts = eventIds.map((eventId) => this.#layouts.peek(eventId));
    const unknown = eventIds.filter((_, position) => layouts[position] === null);
    const read = unknown.length === 0 ? [] : await readCategories(this.#reads.during(isOver), unknown);
    return eventIds.map((eventId, position) => {
      const layout = layouts[position] ?? null;
      return layout === null ? read.filter((category) => category.eventId === eventId) : categoriesOf(layout);
    });
  }
}

function categoriesOf({ categories, amounts }: EventLayout): CategoryRecord[] {
  return categories.map((category, position) => ({ ...category, position, amount: amounts[position] ?? null }));
}
