import type { Layout } from '../../domain/layout.ts';
import type { EventLayout, EventLayouts } from '../../events/layouts.ts';
import { decodeEventId } from '../ids.ts';
import { type LayoutSize, largestLayout, typicalLayout } from './field-costs.ts';

/** Cached by layout, as long as that is cached. */
const known = new WeakMap<EventLayout, LayoutSize>();

export function layoutSize(layout: EventLayout): LayoutSize {
  const size = known.get(layout) ?? measure(layout);
  known.set(layout, size);
  return size;
}

/** The size by the event's global id: the real one if the layout is cached, else that of the largest layout. An id of no event counts as a typical one. */
export function layoutSizes(layouts: Pick<EventLayouts, 'peek'>): (id: string) => LayoutSize {
  return (id) => {
    const eventId = decodeEventId(id);
    if (eventId === null) return typicalLayout;
    const layout = layouts.peek(eventId);
    return layout === null ? largestLayout : layoutSize(layout);
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
