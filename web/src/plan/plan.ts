import type {
  AreaDrawingFragment,
  CategoryDetailsFragment,
  EventDetailsFragment,
  EventSeatMapQuery,
  Layout,
} from '@holdfast/client';
import type { Money } from '../language/formats.ts';

export type SeatMapEvent = NonNullable<EventSeatMapQuery['event']>;

/** A seat and its place in the plan, without a status. */
export interface PlanSeat {
  readonly id: string;
  /** Position in `Plan.seats`. */
  readonly index: number;
  readonly section: string;
  readonly row: string;
  readonly number: string;
  /** The plan's own label; null if it has none. */
  readonly rowLabel: string | null;
  readonly seatLabel: string | null;
  readonly accessible: boolean;
  /** Position in `Plan.categories`. */
  readonly category: number;
  readonly x: number;
  readonly y: number;
}

export interface PlanRow {
  /** Position in its section. */
  readonly index: number;
  readonly name: string;
  /** The plan's own label; null if it has none. */
  readonly label: string | null;
  readonly seats: readonly PlanSeat[];
}

export interface PlanSection {
  /** Position in the plan. */
  readonly index: number;
  readonly name: string;
  readonly rows: readonly PlanRow[];
}

/** An event's layout and categories. Points are in the plan's own units. */
export interface Plan {
  readonly event: EventDetailsFragment;
  readonly width: number;
  readonly height: number;
  readonly categories: readonly CategoryDetailsFragment[];
  readonly sections: readonly PlanSection[];
  /** By index. */
  readonly seats: readonly PlanSeat[];
  /** What is drawn besides seats. */
  readonly shapes: readonly AreaDrawingFragment[];
  /** Maximum of one reservation. */
  readonly maxSeats: number;
}

export function planOf(event: SeatMapEvent, layout: Layout, maxSeats: number): Plan {
  const { categories } = event;
  const categoryAt = new Map(categories.map(({ id }, position) => [id, position]));
  const sections = layout.sections.map(
    (section, index): PlanSection => ({
      index,
      name: section.name,
      rows: section.rows.map((row, index) => ({
        index,
        name: row.name,
        label: row.label,
        seats: row.seats.map(
          ({ id, index, number, accessible, categoryId, position }): PlanSeat => ({
            id,
            index,
            section: section.name,
            row: row.name,
            number,
            rowLabel: row.label,
            seatLabel: row.seatLabel?.replaceAll('%s', () => number) ?? null,
            accessible,
            category: categoryAt.get(categoryId) ?? 0,
            x: position.x,
            y: position.y,
          }),
        ),
      })),
    }),
  );
  const seats: PlanSeat[] = [];
  for (const { rows } of sections) for (const row of rows) for (const seat of row.seats) seats[seat.index] = seat;
  const { width, height, shapes } = layout;
  return { event, width, height, categories, sections, seats, shapes, maxSeats };
}

/** The plan's seats with these indexes. */
export function seatsAt({ seats }: Plan, indexed: readonly { readonly index: number }[]): readonly PlanSeat[] {
  return indexed.flatMap(({ index }) => seats[index] ?? []);
}

/** Null if the seat's category has no price, and is not on sale. */
export function priceOf(plan: Plan, seat: PlanSeat): Money | null {
  return plan.categories[seat.category]?.price ?? null;
}

export function sumOf(plan: Plan, seats: readonly PlanSeat[]): Money {
  return {
    amount: seats.reduce((sum, seat) => sum + (priceOf(plan, seat)?.amount ?? 0), 0),
    currency: plan.event.currency,
  };
}
