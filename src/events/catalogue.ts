import type { CategoryRecord, EventRecord } from '../domain/records.ts';
import { type Asker, isOrganizer } from '../domain/viewer.ts';
import type { Reads } from '../store/engine/database.ts';
import { type EventPage, listEvents, readCategories } from '../store/queries/events.ts';
import type { EventLayout, EventLayouts } from './layouts.ts';

/** Only organizers see drafts. */
export function isVisible(asker: Pick<Asker, 'viewer'>, event: EventRecord): boolean {
  return event.salesStatus !== 'DRAFT' || isOrganizer(asker);
}

/** The list of events. */
export class EventCatalogue {
  readonly #reads: Reads;
  readonly #layouts: Pick<EventLayouts, 'peek'>;

  constructor(reads: Reads, layouts: Pick<EventLayouts, 'peek'>) {
    this.#reads = reads;
    this.#layouts = layouts;
  }

  /** Events that the asker may see, soonest first. */
  list(asker: Asker, page: Omit<EventPage, 'drafts'>): Promise<EventRecord[]> {
    return listEvents(this.#reads.during(asker.isOver), { ...page, drafts: isOrganizer(asker) });
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
