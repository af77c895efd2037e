import type { PricedLayout } from '../store/events.ts';
import type { LayoutRow, LayoutSeat, LayoutSection } from './layout.ts';

/** An event's layout with what people read of each seat. Immutable, so that one serves every request. */
export class Seating {
  readonly layout: PricedLayout;
  /** By seat index. */
  readonly #places: readonly { readonly section: LayoutSection; readonly row: LayoutRow }[];

  constructor(layout: PricedLayout) {
    this.layout = layout;
    this.#places = layout.sections.flatMap((section) =>
      section.rows.flatMap((row) => Array.from({ length: row.seatCount }, () => ({ section, row }))),
    );
  }

  get seatCount(): number {
    return this.layout.seats.length;
  }

  has(index: number): boolean {
    return index >= 0 && index < this.seatCount;
  }

  /** Throws for an index the event does not have. */
  seat(index: number): LayoutSeat & { readonly section: string; readonly row: string; readonly label: string } {
    const seat = this.layout.seats[index];
    const place = this.#places[index];
    if (seat === undefined || place === undefined) throw new RangeError(`the event has no seat ${index}`);
    const [section, row] = [place.section.name, place.row.name];
    return { ...seat, section, row, label: labelOf(section, row, seat.number) };
  }
}

/** 'Stalls, row C, seat 12', without the parts that have no name. */
function labelOf(section: string, row: string, number: string): string {
  const parts = [section, row && `row ${row}`, number && `seat ${number}`].filter((part) => part !== '');
  const label = parts.join(', ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}
