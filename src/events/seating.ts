import type { LayoutRow, LayoutSeat, LayoutSection } from '../domain/layout.ts';
import type { PricedLayout } from '../store/events.ts';

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
    const rowWords = row.label ?? (row.name && `row ${row.name}`);
    return sentence(section.name, rowWords, this.seatLabel(index) ?? numbered(this.seat(index).number));
  }

  /** The plan's own words for a seat, 'Armchair 7'; null where it has none. Throws for an index the event does not have. */
  seatLabel(index: number): string | null {
    return this.place(index).row.seatLabel?.replaceAll('%s', () => this.seat(index).number) ?? null;
  }
}

function existing<Value>(value: Value | undefined, index: number): Value {
  if (value === undefined) throw new RangeError(`the event has no seat ${index}`);
  return value;
}

function numbered(number: string): string {
  return number && `seat ${number}`;
}

/** 'Stalls, row C, seat 12', without the parts that have no name. */
function sentence(...parts: readonly string[]): string {
  const label = parts.filter((part) => part !== '').join(', ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}
