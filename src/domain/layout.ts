/**
 * An event's layout: its own copy of a seating plan, flattened. It never changes while the event exists.
 * All points are absolute, in the plan's own units, x to the right and y down.
 */
export interface Layout extends Drawing {
  /** In plan order: a seat's index is its place here. */
  readonly seats: readonly LayoutSeat[];
}

/** Everything of a layout but the seats themselves. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly categories: readonly LayoutCategory[];
  readonly sections: readonly LayoutSection[];
  readonly areas: readonly LayoutArea[];
}

export interface LayoutCategory {
  readonly name: string;
  /** '#rrggbb'; null where the plan gives none. */
  readonly color: string | null;
}

export interface LayoutSection {
  /** Empty where the plan gives none. */
  readonly name: string;
  readonly position: Point;
  readonly rows: readonly LayoutRow[];
}

/** A run of seats with consecutive indexes. */
export interface LayoutRow {
  readonly name: string;
  /** The plan's own words for the row, 'Box 3'; null, or missing in layouts of before, where 'row 3' will do. */
  readonly label?: string | null;
  /** The plan's own words for its seats, with '%s' in place of the number: 'Armchair %s'; null or missing as above. */
  readonly seatLabel?: string | null;
  readonly firstSeatIndex: number;
  readonly seatCount: number;
}

export interface LayoutSeat {
  /** The plan's own name of the seat (`seat_guid`), unique in the plan. */
  readonly guid: string;
  readonly number: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Place in `categories`. */
  readonly category: number;
  readonly accessible: boolean;
}

export type AreaShape = 'RECTANGLE' | 'CIRCLE' | 'ELLIPSE' | 'POLYGON' | 'TEXT';

export interface LayoutArea {
  readonly shape: AreaShape;
  readonly position: Point;
  /** Degrees, clockwise about `position`; everything of the area, its text too, is given as it is before it is turned. */
  readonly rotation: number;
  /** Of a rectangle, whose upper left corner `position` is. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Of a circle or an ellipse, whose middle `position` is. */
  readonly radius: Point | null;
  /** The corners of a polygon. */
  readonly points: readonly Point[];
  readonly color: string | null;
  readonly borderColor: string | null;
  readonly text: LayoutText | null;
}

export interface LayoutText {
  readonly text: string;
  /** The middle of the text. */
  readonly position: Point;
  readonly size: number;
  readonly color: string | null;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
