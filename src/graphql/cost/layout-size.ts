import type { Layout } from '../../domain/layout.ts';
import type { EventLayout, EventLayouts } from '../../events/layouts.ts';
import { decodeEventId } from '../ids.ts';
import { type LayoutSize, largestLayout, typicalLayout } from './field-costs.ts';

/** By the event's layout, with which it is forgotten. */
const known = new WeakMap<EventLayout, LayoutSize>();

export function layoutSize(layout: EventLayout): LayoutSize {
  const size = known.get(layout) ?? measure(layout);
  known.set(layout, size);
  return size;
}

/** As far as is known without reading, by the event's global id. What is no event has nothing of a layout. */
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
