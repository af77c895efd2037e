import { maxSeats } from '../../events/seating-plan/check.ts';

/** Numbers of a layout's parts. */
export interface LayoutSize {
  readonly seats: number;
  readonly rows: number;
  readonly sections: number;
  readonly areas: number;
  readonly points: number;
  readonly categories: number;
}

/** For an event that is named by its id, if its layout is not cached. */
export const largestLayout: LayoutSize = {
  seats: maxSeats,
  rows: 2_500,
  sections: 250,
  areas: 500,
  points: 5_000,
  categories: 50,
};

/** For events in lists and within other objects. While the operation runs, the real sizes are counted. */
export const typicalLayout: LayoutSize = {
  seats: 1_000,
  rows: 50,
  sections: 10,
  areas: 20,
  points: 100,
  categories: 10,
};

/** `first` or `last` of a connection. The resolver refuses values below 0 and above `max`. */
export interface PageCost {
  readonly usual: number;
  readonly max: number;
}

/** The cost of a field besides 1 for itself. */
export interface FieldCost {
  /** Cost of each resolution. */
  readonly own?: number | ((layout: LayoutSize) => number);
  /** Length of the list, by which the cost of the selection is multiplied. */
  readonly rows?: number | ((layout: LayoutSize) => number);
  /** The field is a connection with so many edges. */
  readonly page?: PageCost;
}

/** One statement to the store. */
const STATEMENT = 10;
const MUTATION = 100;
/** How many seats the store counts, or reads the statuses of, for the cost of one field. */
const SEATS_FOR_ONE = { counted: 10, read: 4 } as const;
/** Seats of a reservation or booking, with the default settings. */
const seatsOfReservation = 10;

const count = ({ seats }: LayoutSize) => STATEMENT + seats / SEATS_FOR_ONE.counted;
const read = ({ seats }: LayoutSize) => STATEMENT + seats / SEATS_FOR_ONE.read;
const share = (part: number, of: number) => part / Math.max(1, of);

/** By type and field. Every other field costs 1, and every other list has `USUAL_ROWS`. */
export const fieldCosts: Readonly<Record<string, FieldCost>> = {
  'Query.node': { own: 4 * STATEMENT },
  'Query.event': { own: STATEMENT },
  'Query.reservation': { own: STATEMENT },
  'Query.booking': { own: STATEMENT },
  'Query.events': { own: STATEMENT, page: { usual: 20, max: 100 } },
  'Event.categories': { rows: ({ categories }) => categories },
  'Event.availability': { own: count },
  'Event.seats': { own: count, page: { usual: 20, max: 100 } },
  'SeatMap.sections': { rows: ({ sections }) => sections },
  'Section.rows': { rows: ({ rows, sections }) => share(rows, sections) },
  'Row.seats': { rows: ({ seats, rows }) => share(seats, rows) },
  'SeatMap.areas': { rows: ({ areas }) => areas },
  'Area.points': { rows: ({ points, areas }) => share(points, areas) },
  'SeatMap.layoutUrl': { own: read },
  'SeatMap.statuses': { own: read },
  'SeatConnection.totalCount': { own: count },
  'Seat.status': { own: 1 },
  'Seat.reservedByViewer': { own: 1 },
  'Viewer.reservations': { own: STATEMENT, page: { usual: 20, max: 100 } },
  'Viewer.bookings': { own: STATEMENT, page: { usual: 20, max: 100 } },
  'Reservation.seats': { rows: seatsOfReservation },
  'Booking.seats': { rows: seatsOfReservation },
  'SeatMapDelta.seats': { rows: 500 },
  '__Schema.types': { rows: 100 },
  '__Type.fields': { rows: 10 },
  '__Type.inputFields': { rows: 2 },
  '__Type.enumValues': { rows: 2 },
  '__Type.possibleTypes': { rows: 1 },
  '__Type.interfaces': { rows: 1 },
  '__Field.args': { rows: 1 },
};

/** For lists of objects that are not in the table. */
export const USUAL_ROWS = 10;

/** For each field of the root type. */
export const rootCosts: Readonly<Record<string, number>> = { Mutation: MUTATION, Subscription: STATEMENT };
