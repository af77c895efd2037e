import type { Layout } from '../../domain/layout.ts';
import type { EventLayout, EventLayouts } from '../../events/layouts.ts';
import { decodeEventId } from '../ids.ts';
import { type LayoutSize, typicalLayout } from './field-costs.ts';

/** Cached by layout, as long as that is cached. */
const known = new WeakMap<EventLayout, LayoutSize>();

export function layoutSize(layout: EventLayout): LayoutSize {
  const size = known.get(layout) ?? measure(layout);
  known.set(layout, size);
  return size;
}

/** Sizes of layouts by their events' global ids. */
export interface LayoutSizes {
  /** Null if the layout is not in memory. An id of no event counts as a typical one. */
  readonly peek: (id: string) => LayoutSize | null;
  /** Reads the layout into memory, if there is such an event and the store answers. Never rejects. */
  readonly read: (id: string) => Promise<void>;
}

export function layoutSizes(layouts: Pick<EventLayouts, 'get' | 'peek'>): LayoutSizes {
  return {
    peek(id) {
      const eventId = decodeEventId(id);
      if (eventId === null) return typicalLayout;
      const layout = layouts.peek(eventId);
      return layout && layoutSize(layout);
    },
    async read(id) {
      const eventId = decodeEventId(id);
      // Resolvers meet the same fault, and report it.
      if (eventId !== null) await Promise.resolve(layouts.get(eventId)).catch(() => null);
    },
  };
}

function measure({ seats, sections, areas, categories }: Layout): LayoutSize {
  return {
    seats: seats.length,
    rows: sections.reduce((rows, section) => rows + section.rows.length, 0),
    sections: sections.length,
    areas: areas.length,
    points: areas.reduce((points, area) => points + area.points.length, 0),
    categories: categories.length,
  };
}
