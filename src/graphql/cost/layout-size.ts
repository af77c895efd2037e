import type { Layout } from '../../domain/layout.ts';
import type { Seating } from '../../events/seating.ts';
import type { Seatings } from '../../events/seatings.ts';
import { decodeEventId } from '../ids.ts';
import { type LayoutSize, largestLayout, typicalLayout } from './field-costs.ts';

/** By the event's layout, with which it is forgotten. */
const known = new WeakMap<Seating, LayoutSize>();

export function layoutSize(seating: Seating): LayoutSize {
  const size = known.get(seating) ?? measure(seating.layout);
  known.set(seating, size);
  return size;
}

/** As far as is known without reading, by the event's global id. What is no event has nothing of a layout. */
export function layoutsOf(seatings: Pick<Seatings, 'peek'>): (id: string) => LayoutSize {
  return (id) => {
    const eventId = decodeEventId(id);
    if (eventId === null) return typicalLayout;
    const seating = seatings.peek(eventId);
    return seating === null ? largestLayout : layoutSize(seating);
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
