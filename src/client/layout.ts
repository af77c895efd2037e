import type { AreaDrawingFragment } from './generated/documents.ts';

/** An event's layout, as at `SeatMap.layoutUrl`. All points are absolute, in the plan's own units, x to the right and y down. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** In plan order, like their rows and seats. */
  readonly sections: readonly LayoutSection[];
  /** What is drawn besides seats: the stage, a bar, a gangway. */
  readonly shapes: readonly AreaDrawingFragment[];
}

export interface LayoutSection {
  /** Empty if the plan has none. */
  readonly name: string;
  readonly position: LayoutPoint;
  readonly rows: readonly LayoutRow[];
}

export interface LayoutRow {
  readonly name: string;
  /** The plan's own label: 'Box 3'. Null for the usual 'row 3'. */
  readonly label: string | null;
  /** The plan's own label for the seats, with '%s' for the number: 'Armchair %s'. Null if it has none. */
  readonly seatLabel: string | null;
  readonly seats: readonly LayoutSeat[];
}

export interface LayoutSeat {
  readonly id: string;
  /** Position in plan order, from 0: the key into a map's statuses. */
  readonly index: number;
  /** For people: 'Stalls, row C, seat 12'. */
  readonly label: string;
  readonly number: string;
  readonly position: LayoutPoint;
  readonly radius: number;
  /** Id of one of the event's `categories`, which have the prices. */
  readonly categoryId: string;
  readonly accessible: boolean;
}

export interface LayoutPoint {
  readonly x: number;
  readonly y: number;
}
