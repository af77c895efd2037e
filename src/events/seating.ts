import type { PricedLayout } from '../store/events.ts';
import type { LayoutRow, LayoutSeat, LayoutSection } from './layout.ts';

export interface SeatPlace {
  readonly section: LayoutSection;
  readonly row: LayoutRow;
}

/** An event's layout with what people read of each seat. Immutable, so that one serves every request. */
export class Seating {
  readonly layout: PricedLayout;
  /** By seat index. */
  readonly #places: readonly SeatPlace[];

  constructor(layout: PricedLayout) {
    this.layout = layout;
    this.#places = layout.sections.flatMap((section) =>
      section.rows.flatMap((row) => new Array<SeatPlace>(row.seatCount).fill({ section, row })),
    );
  }

  get seatCount(): number {
    return this.layout.seats.length;
  }

  has(index: number): boolean {
    return index >= 0 && index < this.seatCount;
  }

  /** Throws for an index the event does not have. */
  seat(index: number): LayoutSeat {
    return existing(this.layout.seats[index], index);
  }

  /** Throws for an index the event does not have. */
  place(index: number): SeatPlace {
    return existing(this.#places[index], index);
  }

  /** Throws for an index the event does not have. */
  label(index: number): string {
    const { section, row } = this.place(index);
    return labelOf(section.name, row.name, this.seat(index).number);
  }
}

function existing<Value>(value: Value | undefined, index: number): Value {
  if (value === undefined) throw new RangeError(`the event has no seat ${index}`);
  return value;
}

/** 'Stalls, row C, seat 12', without the parts that have no name. */
function labelOf(section: string, row: string, number: string): string {
  const parts = [section, row && `row ${row}`, number && `seat ${number}`].filter((part) => part !== '');
  const label = parts.join(', ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}
