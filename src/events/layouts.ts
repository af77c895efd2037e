import { LRUCache } from 'lru-cache';
import type { LayoutArea, LayoutCategory, LayoutRow, LayoutSeat, LayoutSection } from '../domain/layout.ts';
import type { Database } from '../store/engine/database.ts';
import { loadLayout, type PricedLayout } from '../store/queries/events.ts';

/** Seats of all cached layouts, which take about 100 MB. */
const MAX_SEATS_KEPT = 500_000;

export interface SeatPlace {
  readonly section: LayoutSection;
  readonly row: LayoutRow;
}

/** An event's layout with the labels of its seats. Immutable, and shared by all requests. */
export class EventLayout implements PricedLayout {
  readonly width: number;
  readonly height: number;
  readonly categories: readonly LayoutCategory[];
  readonly sections: readonly LayoutSection[];
  readonly areas: readonly LayoutArea[];
  readonly seats: readonly LayoutSeat[];
  readonly currency: string;
  readonly amounts: readonly (number | null)[];
  /** By seat index. */
  readonly #places: readonly SeatPlace[];

  constructor({ width, height, categories, sections, areas, seats, currency, amounts }: PricedLayout) {
    this.width = width;
    this.height = height;
    this.categories = categories;
    this.sections = sections;
    this.areas = areas;
    this.seats = seats;
    this.currency = currency;
    this.amounts = amounts;
    this.#places = sections.flatMap((section) =>
      section.rows.flatMap((row) => new Array<SeatPlace>(row.seatCount).fill({ section, row })),
    );
  }

  get seatCount(): number {
    return this.seats.length;
  }

  has(index: number): boolean {
    return index >= 0 && index < this.seatCount;
  }

  /** Throws for an index the event does not have. */
  seat(index: number): LayoutSeat {
    return existing(this.seats[index], index);
  }

  /** Throws for an index the event does not have. */
  place(index: number): SeatPlace {
    return existing(this.#places[index], index);
  }

  /** Throws for an index the event does not have. */
  label(index: number): string {
    const { section, row } = this.place(index);
    const rowLabel = row.label ?? (row.name && `row ${row.name}`);
    return sentence(section.name, rowLabel, this.seatLabel(index) ?? numbered(this.seat(index).number));
  }

  /** The plan's own label of a seat, 'Armchair 7'; null if it has none. Throws for an index the event does not have. */
  seatLabel(index: number): string | null {
    return this.place(index).row.seatLabel?.replaceAll('%s', () => this.seat(index).number) ?? null;
  }
}

/** A cache of layouts, which never change. They are read one at a time, because sales use the same connections. */
export class EventLayouts {
  readonly #database: Database;
  readonly #known = new LRUCache<string, EventLayout>({
    maxSize: MAX_SEATS_KEPT,
    sizeCalculation: ({ seatCount }) => Math.max(seatCount, 1),
  });
  readonly #loading = new Map<string, Promise<EventLayout | null>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null if there is no such event. Synchronous if the layout is cached; concurrent calls share one read. */
  get(eventId: string): EventLayout | Promise<EventLayout | null> {
    const known = this.#known.get(eventId);
    if (known !== undefined) return known;
    return this.#loading.get(eventId) ?? this.#loadInTurn(eventId);
  }

  #loadInTurn(eventId: string): Promise<EventLayout | null> {
    const load = () => this.#load(eventId);
    const loading = this.#last.then(load, load).finally(() => this.#loading.delete(eventId));
    this.#last = loading;
    this.#loading.set(eventId, loading);
    return loading;
  }

  /** Null if it is not cached. */
  peek(eventId: string): EventLayout | null {
    return this.#known.peek(eventId) ?? null;
  }

  async #load(eventId: string): Promise<EventLayout | null> {
    const priced = await loadLayout(this.#database, eventId);
    if (priced === null) return null;
    const layout = new EventLayout(priced);
    this.#known.set(eventId, layout);
    return layout;
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
