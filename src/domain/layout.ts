/**
 * An event's layout: its own copy of a seating plan, flattened. It never changes while the event exists.
 * All points are absolute, in the plan's own units, x to the right and y down.
 */
export interface Layout extends LayoutWithoutSeats {
  /** In plan order: a seat's index is its place here. */
  readonly seats: readonly LayoutSeat[];
}

/** A layout without the seats themselves. */
export interface LayoutWithoutSeats {
  readonly width: number;
  readonly height: number;
  readonly categories: readonly LayoutCategory[];
  readonly sections: readonly LayoutSection[];
  readonly areas: readonly LayoutArea[];
}

export interface LayoutCategory {
  readonly name: string;
  /** '#rrggbb'; null if the plan has none. */
  readonly color: string | null;
}

export interface LayoutSection {
  /** Empty if the plan has none. */
  readonly name: string;
  readonly position: Point;
  readonly rows: readonly LayoutRow[];
}

/** A run of seats with consecutive indexes. */
export interface LayoutRow {
  readonly name: string;
  /** The plan's own name of the row, such as 'Box 3'. Null, or missing in older layouts, if it has none: then it is 'row 3'. */
  readonly label?: string | null;
  /** The plan's own name of the seats, with '%s' for the number: 'Armchair %s'. Null or missing as above. */
  readonly seatLabel?: string | null;
  readonly firstSeatIndex: number;
  readonly seatCount: number;
}

export interface LayoutSeat {
  /** The plan's id of the seat (`seat_guid`), unique in the plan. */
  readonly guid: string;
  readonly number: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Index in `categories`. */
  readonly category: number;
  readonly accessible: boolean;
}

export type AreaShape = 'RECTANGLE' | 'CIRCLE' | 'ELLIPSE' | 'POLYGON' | 'TEXT';

export interface LayoutArea {
  readonly shape: AreaShape;
  readonly position: Point;
  /** Degrees, clockwise about `position`. All other values of the area, and of its text, are those before the rotation. */
  readonly rotation: number;
  /** For a rectangle, whose upper left corner is `position`. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** For a circle or an ellipse, whose centre is `position`. */
  readonly radius: Point | null;
  /** The corners of a polygon. */
  readonly points: readonly Point[];
  readonly color: string | null;
  readonly borderColor: string | null;
  readonly text: LayoutText | null;
}

export interface LayoutText {
  readonly text: string;
  /** The centre of the text. */
  readonly position: Point;
  readonly size: number;
  readonly color: string | null;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
