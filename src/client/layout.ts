import type { AreaDrawingFragment } from './generated/documents.ts';

/** What of an event's seats never changes, as `SeatMap.layoutUrl` leads to it. All points are absolute, in the plan's own units, x to the right and y down. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** In plan order, and so their rows and seats. */
  readonly sections: readonly LayoutSection[];
  /** What is drawn besides seats: the stage, a bar, a gangway. */
  readonly shapes: readonly AreaDrawingFragment[];
}

export interface LayoutSection {
  /** Empty where the plan gives none. */
  readonly name: string;
  readonly position: LayoutPoint;
  readonly rows: readonly LayoutRow[];
}

export interface LayoutRow {
  readonly name: string;
  /** In the plan's own words: 'Box 3'. Null where 'row 3' will do. */
  readonly label: string | null;
  /** The plan's own words for its seats, '%s' in place of the number: 'Armchair %s'. Null where it has none. */
  readonly seatLabel: string | null;
  readonly seats: readonly LayoutSeat[];
}

export interface LayoutSeat {
  readonly id: string;
  /** Position in plan order, from 0: the key into a map's statuses. */
  readonly index: number;
  /** What a person reads: 'Stalls, row C, seat 12'. */
  readonly label: string;
  readonly number: string;
  readonly position: LayoutPoint;
  readonly radius: number;
  /** Of one of the event's `categories`, which have the prices. */
  readonly categoryId: string;
  readonly accessible: boolean;
}

export interface LayoutPoint {
  readonly x: number;
  readonly y: number;
}
