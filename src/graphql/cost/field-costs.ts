/** Numbers of a layout's parts. */
export interface LayoutSize {
  readonly seats: number;
  readonly rows: number;
  readonly sections: number;
  readonly areas: number;
  readonly points: number;
  readonly categories: number;
}

export const emptyLayout: LayoutSize = { seats: 0, rows: 0, sections: 0, areas: 0, points: 0, categories: 0 };

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
  /** Statements to the store for all rows together, which are read in one batch. */
  readonly statements?: number;
  /** Cost of each resolution. */
  readonly own?: number | ((layout: LayoutSize) => number);
  /** Length of the list, by which the cost of the selection is multiplied. */
  readonly rows?: number | ((layout: LayoutSize) => number);
  /** Numbers of edges, if the field is a connection. */
  readonly page?: PageCost;
}

/** Cost of one statement to the store: the default of `MAX_QUERY_COST` allows 20. */
export const STATEMENT = 2_500;
const MUTATION = 100;
/** Seats that are scanned, in the store or in memory, for the cost of one field. */
const SEATS_FOR_ONE = 10;
/** Names given by organizers may have hundreds of bytes; most fields have some forty with their key. */
const NAME = 10;
/** Seats of a reservation or booking, with the default settings. */
const seatsOfReservation = 10;
/** For reservations, whose layouts are few, and mostly in memory. */
const SHARED_LAYOUT = STATEMENT / 20;

/** A layout, or the seats of one event, that have to be read. */
const ofSeats = ({ seats }: LayoutSize) => STATEMENT + seats / SEATS_FOR_ONE;
const scanned = ({ seats }: LayoutSize) => seats / SEATS_FOR_ONE;
const share = (part: number, of: number) => part / Math.max(1, of);

/** By type and field. Every other field costs 1, and every other list has `USUAL_ROWS`. */
export const fieldCosts: Readonly<Record<string, FieldCost>> = {
  'Query.node': { statements: 5 },
  'Query.event': { statements: 1 },
  'Query.reservation': { statements: 1 },
  'Query.booking': { statements: 1 },
  'Query.events': { statements: 1, page: { usual: 20, max: 100 } },
  'Event.name': { own: NAME },
  'Event.venue': { own: NAME },
  'Event.categories': { statements: 1, rows: ({ categories }) => categories },
  'Event.availability': { statements: 1, own: scanned },
  'Event.revision': { statements: 1 },
  'Event.seat': { own: STATEMENT },
  'Event.seats': { own: ofSeats, page: { usual: 20, max: 100 } },
  'SeatMap.width': { own: STATEMENT },
  'SeatMap.height': { own: STATEMENT },
  'SeatMap.sections': { own: STATEMENT, rows: ({ sections }) => sections },
  'Section.rows': { rows: ({ rows, sections }) => share(rows, sections) },
  'Row.seats': { rows: ({ seats, rows }) => share(seats, rows) },
  'SeatMap.areas': { own: STATEMENT, rows: ({ areas }) => areas },
  'Area.points': { rows: ({ points, areas }) => share(points, areas) },
  'SeatMap.statuses': { own: ofSeats },
  'SeatMap.revision': { own: STATEMENT },
  'SeatConnection.totalCount': { own: scanned },
  'Seat.label': { own: 1 },
  'Seat.status': { own: 1 },
  'Seat.reservedByViewer': { own: 1 },
  'Viewer.reservations': { statements: 1, page: { usual: 20, max: 100 } },
  'Viewer.bookings': { statements: 1, page: { usual: 20, max: 100 } },
  'Reservation.event': { statements: 1 },
  'Reservation.booking': { statements: 1 },
  'Reservation.payment': { statements: 1 },
  'Reservation.seats': { own: SHARED_LAYOUT, rows: seatsOfReservation },
  'Booking.event': { statements: 1 },
  'Booking.payment': { statements: 1 },
  'Booking.seats': { own: SHARED_LAYOUT, rows: seatsOfReservation },
  'SeatMapDelta.seats': { rows: 500 },
  '__Schema.types': { rows: 100 },
  '__Type.fields': { rows: 8 },
  '__Type.inputFields': { rows: 2 },
  '__Type.enumValues': { rows: 2 },
  '__Type.possibleTypes': { rows: 1 },
  '__Type.interfaces': { rows: 1 },
  // Half of all types are neither lists nor required, and few are both.
  '__Type.ofType': { rows: 0.5 },
  '__Field.args': { rows: 0.5 },
};

/** For lists of objects that are not in the table. */
export const USUAL_ROWS = 10;

/** For each field of the root type. */
export const rootCosts: Readonly<Record<string, number>> = { Mutation: MUTATION, Subscription: 10 };
