import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { EventSource, SeatSource, RowSource, SeatConnectionSource, SeatMapSource, ReservationSource, BookingSource, PaymentSource } from '../payload-sources.ts';
import type { Viewer as ViewerSource } from '../../domain/viewer.ts';
import type { GraphqlContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** Money in minor units (cents): a whole number from 0 to 2^53 - 1. */
  Amount: { input: number; output: number; }
  /** RFC 3339 in UTC with milliseconds: 2026-11-20T18:30:00.000Z. */
  DateTime: { input: Date; output: Date; }
  /**
   * Changed seats, base64 of a byte string: for each seat, ascending by index, one unsigned LEB128 number `(gap << 2) | status`, where `gap` is the index less the
   * index of the seat before it, less 1 (the first seat's: its index). Five seats take some ten bytes.
   */
  PackedSeatChanges: { input: string; output: string; }
  /**
   * Every seat's public status in two bits, base64. Seat `index` i sits in byte i >> 2, at bits (i & 3) * 2:
   * 0 AVAILABLE, 1 RESERVED, 2 BOOKED, 3 BLOCKED. 20,000 seats fit in 6.7 kB.
   */
  PackedSeatStatuses: { input: string; output: string; }
  /** A seating plan in pretix's open JSON format (zones > rows > seats, categories, areas). */
  SeatingPlan: { input: unknown; output: unknown; }
};

/** A shape of the layout besides the seats. */
export type Area = {
  readonly __typename?: 'Area';
  /** '#rrggbb'; null for none. */
  readonly borderColor?: Maybe<Scalars['String']['output']>;
  /** '#rrggbb'; null for none. */
  readonly color?: Maybe<Scalars['String']['output']>;
  /** The corners of a polygon, absolute; empty for other shapes. */
  readonly points: ReadonlyArray<Point>;
  /** The centre of a circle or ellipse, the top left corner of a rectangle, the origin of a polygon or text. */
  readonly position: Point;
  /** For circles (both values are equal) and ellipses; null for other shapes. */
  readonly radius?: Maybe<Point>;
  /** Degrees, clockwise, around `position`. */
  readonly rotation: Scalars['Float']['output'];
  readonly shape: AreaShape;
  /** For rectangles; null for other shapes. */
  readonly size?: Maybe<Size>;
  readonly text?: Maybe<AreaText>;
};

export type AreaShape =
  | 'CIRCLE'
  | 'ELLIPSE'
  | 'POLYGON'
  | 'RECTANGLE'
  | 'TEXT';

/** Text on an area. */
export type AreaText = {
  readonly __typename?: 'AreaText';
  readonly color?: Maybe<Scalars['String']['output']>;
  /** Its centre, absolute. */
  readonly position: Point;
  /** In the plan's own units. */
  readonly size: Scalars['Float']['output'];
  readonly text: Scalars['String']['output'];
};

/** Counts at one moment; they always add up to total. */
export type Availability = {
  readonly __typename?: 'Availability';
  readonly available: Scalars['Int']['output'];
  readonly blocked: Scalars['Int']['output'];
  readonly booked: Scalars['Int']['output'];
  readonly reserved: Scalars['Int']['output'];
  readonly total: Scalars['Int']['output'];
};

export type BlockSeatsInput = {
  readonly eventId: Scalars['ID']['input'];
  readonly seatIds: ReadonlyArray<Scalars['ID']['input']>;
};

export type BlockSeatsResult = Event | InvalidInput | NotFound | RateLimited | SeatsUnavailable | ServiceBusy;

/** What a confirmed reservation becomes. Seen by its holder and by organizers only. */
export type Booking = Node & {
  readonly __typename?: 'Booking';
  readonly bookedAt: Scalars['DateTime']['output'];
  /** As given when confirming; null if nothing was. */
  readonly buyer?: Maybe<Buyer>;
  readonly event: Event;
  readonly id: Scalars['ID']['output'];
  /** Null if there was nothing to pay. */
  readonly payment?: Maybe<Payment>;
  /** Short code for people, unique: 'K7QM-3F9A'. */
  readonly reference: Scalars['String']['output'];
  readonly seats: ReadonlyArray<Seat>;
  readonly status: BookingStatus;
  readonly total: Money;
};

/** A page of bookings. */
export type BookingConnection = {
  readonly __typename?: 'BookingConnection';
  readonly edges: ReadonlyArray<BookingEdge>;
  /** The bookings of `edges`, without cursors. */
  readonly nodes: ReadonlyArray<Booking>;
  readonly pageInfo: PageInfo;
};

/** A booking and its place in the list. */
export type BookingEdge = {
  readonly __typename?: 'BookingEdge';
  /** Pass it as `after` for the bookings that follow, or as `before` for those that precede. */
  readonly cursor: Scalars['String']['output'];
  readonly node: Booking;
};

export type BookingStatus =
  | 'CANCELLED'
  | 'CONFIRMED';

/** Who bought, by their own account. */
export type Buyer = {
  readonly __typename?: 'Buyer';
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly name?: Maybe<Scalars['String']['output']>;
};

export type BuyerInput = {
  /** Up to 320 characters, with an @ between two parts. */
  readonly email?: InputMaybe<Scalars['String']['input']>;
  /** Up to 200 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

export type CancelReservationInput = {
  /**
   * As in `ReserveSeatsInput`: if an attempt has let go of seats, every retry gives the reservation as it is now, and nothing is
   * let go of again. The contents are the reservation and the seats named, in any order.
   */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  readonly reservationId: Scalars['ID']['input'];
  /** The seats to release; all seats of the reservation if left out. */
  readonly seatIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

export type CancelReservationResult = IdempotencyConflict | InvalidInput | NotFound | RateLimited | Reservation | ReservationExpired | ReservationNotActive | ServiceBusy;

/** The price of one category of the plan. */
export type CategoryPriceInput = {
  /** In minor units of the currency by ISO 4217: 4500 is 45.00 EUR, 4500 JPY or 4.500 KWD. */
  readonly amount: Scalars['Amount']['input'];
  /** The category's name in the plan. */
  readonly category: Scalars['String']['input'];
};

export type ClaimGuestInput = {
  /** The guest's, without `Bearer`; also for an hour after it ran out. */
  readonly guestToken: Scalars['String']['input'];
};

export type ClaimGuestResult = InvalidInput | RateLimited | ServiceBusy | Viewer;

export type ConfirmReservationInput = {
  /** Kept with the booking, for tickets and questions. */
  readonly buyer?: InputMaybe<BuyerInput>;
  /**
   * From the payment provider's own form (Stripe: a PaymentMethod or ConfirmationToken). Left out after PaymentActionRequired was done. The built-in test provider takes
   * 'tok_ok' or none, declines 'tok_decline', and answers 'tok_action' with PaymentActionRequired; then 'tok_action_done' or 'tok_action_failed'.
   *
   * Ignored if the total is 0. Another token while an action is required gives that payment up, and begins another one.
   */
  readonly paymentToken?: InputMaybe<Scalars['String']['input']>;
  readonly reservationId: Scalars['ID']['input'];
};

export type ConfirmReservationResult = Booking | InvalidInput | NotFound | PaymentActionRequired | PaymentFailed | RateLimited | ReservationExpired | ReservationNotActive | ServiceBusy;

export type CreateEventInput = {
  /** ISO 4217: 'EUR'. */
  readonly currency: Scalars['String']['input'];
  /**
   * Made by the client, once per intent, and sent again on every retry of it: every retry of one organizer gives the event that was
   * made, as it is now; with other contents it is `IdempotencyConflict`.
   */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Up to 200 characters, as people see them: an emoji is one. */
  readonly name: Scalars['String']['input'];
  readonly plan: Scalars['SeatingPlan']['input'];
  /** One price for each category of the plan that is on sale. Seats of the other categories are BLOCKED. */
  readonly prices: ReadonlyArray<CategoryPriceInput>;
  /** From 1 second to 24 hours; the server's default when left out. */
  readonly reservationSeconds?: InputMaybe<Scalars['Int']['input']>;
  readonly startsAt: Scalars['DateTime']['input'];
  /**
   * UTC when left out.
   *
   * An IANA name, 'Europe/Berlin', however its letters are written; an offset is none.
   */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  /** Up to 200 characters, like the name. */
  readonly venue: Scalars['String']['input'];
};

export type CreateEventResult = Event | IdempotencyConflict | InvalidInput | RateLimited | ServiceBusy;

/** Says what went wrong, for programs. A message is for people, and may change. */
export type ErrorCode =
  | 'EXTENSION_LIMIT_REACHED'
  | 'IDEMPOTENCY_CONFLICT'
  | 'INVALID_INPUT'
  | 'NOT_FOUND'
  | 'PAYMENT_ACTION_REQUIRED'
  | 'PAYMENT_FAILED'
  | 'RATE_LIMITED'
  | 'RESERVATION_EXPIRED'
  | 'RESERVATION_LIMIT_EXCEEDED'
  | 'RESERVATION_NOT_ACTIVE'
  | 'SALES_NOT_OPEN'
  | 'SEATS_UNAVAILABLE'
  | 'SERVICE_BUSY';

/** One performance with its own copy of a seating plan and its own sales. */
export type Event = Node & {
  readonly __typename?: 'Event';
  /** From this node's live map of the event, if it has one, like `SeatMap.statuses`. */
  readonly availability: Availability;
  /** In the order of the seating plan. */
  readonly categories: ReadonlyArray<PriceCategory>;
  /** ISO 4217; every price of the event is in it. */
  readonly currency: Scalars['String']['output'];
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  /** How long a new reservation on this event lasts. */
  readonly reservationSeconds: Scalars['Int']['output'];
  /** The number of the last change of this event. Goes up by one with each. */
  readonly revision: Scalars['Int']['output'];
  /** As it is at this moment: an event that has begun is over, and CLOSED unless it is a DRAFT. */
  readonly salesStatus: SalesStatus;
  /** One seat; null when the event has no such seat. */
  readonly seat?: Maybe<Seat>;
  readonly seatMap: SeatMap;
  /** Seats in plan order, by status and category if named. At most 100 a page. */
  readonly seats: SeatConnection;
  readonly startsAt: Scalars['DateTime']['output'];
  /** Of the venue, an IANA name: 'Europe/Berlin'. Times of the event are shown in it. */
  readonly timeZone: Scalars['String']['output'];
  readonly venue: Scalars['String']['output'];
};


/** One performance with its own copy of a seating plan and its own sales. */
export type EventSeatArgs = {
  id: Scalars['ID']['input'];
};


/** One performance with its own copy of a seating plan and its own sales. */
export type EventSeatsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  categoryId?: InputMaybe<Scalars['ID']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<SeatStatus>;
};

/** A page of events. */
export type EventConnection = {
  readonly __typename?: 'EventConnection';
  readonly edges: ReadonlyArray<EventEdge>;
  /** The events of `edges`, without cursors. */
  readonly nodes: ReadonlyArray<Event>;
  readonly pageInfo: PageInfo;
};

/** An event and its place in the list. */
export type EventEdge = {
  readonly __typename?: 'EventEdge';
  /** Pass it as `after` for the events that follow, or as `before` for those that precede. */
  readonly cursor: Scalars['String']['output'];
  readonly node: Event;
};

/**
 * Without `from`, events that are over are left out.
 *
 * An event is over when it has begun. All of what is named must fit.
 */
export type EventFilter = {
  /** Events that begin then or later. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  readonly salesStatus?: InputMaybe<ReadonlyArray<SalesStatus>>;
  /** In the name or the venue, without regard to case and accents. */
  readonly search?: InputMaybe<Scalars['String']['input']>;
  /** Events that begin then or earlier. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

export type ExtendReservationInput = {
  /**
   * As in `ReserveSeatsInput`: if an attempt has extended the reservation, every retry gives it as it is now, and it is not
   * extended again.
   */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  readonly reservationId: Scalars['ID']['input'];
};

export type ExtendReservationResult = ExtensionLimitReached | IdempotencyConflict | InvalidInput | NotFound | RateLimited | Reservation | ReservationExpired | ReservationNotActive | ServiceBusy;

/** The reservation was extended as often as allowed. */
export type ExtensionLimitReached = UserError & {
  readonly __typename?: 'ExtensionLimitReached';
  readonly code: ErrorCode;
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
};

export type GuestSession = {
  readonly __typename?: 'GuestSession';
  readonly expiresAt: Scalars['DateTime']['output'];
  readonly token: Scalars['String']['output'];
  readonly viewer: Viewer;
};

/** The viewer has used the idempotency key for something else: other seats, another reservation, or another event. */
export type IdempotencyConflict = UserError & {
  readonly __typename?: 'IdempotencyConflict';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
};

/** One fault of an input. */
export type InputFault = {
  readonly __typename?: 'InputFault';
  readonly message: Scalars['String']['output'];
  readonly path: ReadonlyArray<Scalars['String']['output']>;
};

/** The input is wrong, and a retry will fail as well. */
export type InvalidInput = UserError & {
  readonly __typename?: 'InvalidInput';
  readonly code: ErrorCode;
  /** All faults of the input, at most 20. The first one is also in `path` and `message`. */
  readonly faults: ReadonlyArray<InputFault>;
  readonly message: Scalars['String']['output'];
  /** Where in the input: ['plan', 'zones', '0', 'rows', '2']. */
  readonly path: ReadonlyArray<Scalars['String']['output']>;
};

/** Limits of reservations, which are the same for all viewers and events. */
export type Limits = {
  readonly __typename?: 'Limits';
  /** How much one extension adds to a reservation. */
  readonly extensionSeconds: Scalars['Int']['output'];
  /** Active reservations of one viewer for one event. More are `ReservationLimitExceeded`. */
  readonly maxActiveReservations: Scalars['Int']['output'];
  /** Extensions of one reservation. More are `ExtensionLimitReached`; 0 allows none. */
  readonly maxExtensions: Scalars['Int']['output'];
  /** Seats in one reservation. More are `ReservationLimitExceeded`. */
  readonly maxSeatsPerReservation: Scalars['Int']['output'];
  /** How long a payment may take. A reservation that is being paid for is held at least this long. */
  readonly paymentSeconds: Scalars['Int']['output'];
};

/** An amount of money, always with its currency. */
export type Money = {
  readonly __typename?: 'Money';
  /** In minor units of the currency by ISO 4217: 4500 is 45.00 EUR, 4500 JPY or 4.500 KWD. */
  readonly amount: Scalars['Amount']['output'];
  /** ISO 4217. */
  readonly currency: Scalars['String']['output'];
};

/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Takes seats off sale: house seats, a broken chair, a camera position.
   *
   * All of the seats or none; a seat that is blocked already stays so. Organizers only.
   * Outcomes, in order of precedence: `RateLimited`, `NotFound` (the event), `InvalidInput` (no seats, a seat twice, a seat of another event),
   * `SeatsUnavailable` (reserved or booked), `Event`; `ServiceBusy` at any point.
   */
  readonly blockSeats: BlockSeatsResult;
  /**
   * Lets go of the reservation, or of the seats named in it.
   *
   * Letting go of all its seats cancels it. Outcomes, in order of precedence: `RateLimited`, `InvalidInput` (an empty list, a
   * seat twice, an unusable key), `NotFound` (also when it is somebody else's), `Reservation` or `IdempotencyConflict` (the key
   * was used before), `ReservationNotActive`,
   * `ReservationExpired`, `InvalidInput` (a seat it does not hold), `Reservation`; `ServiceBusy` at any point.
   */
  readonly cancelReservation: CancelReservationResult;
  /**
   * Gives a guest's reservations, bookings, queue places and waitlist entries to the viewer: bought on the phone as a guest, seen at home when signed in.
   *
   * To be asked again after no answer: what the viewer has already stays, and the answer is the same. Never refused because of limits of what one viewer may hold. Outcomes,
   * in order of precedence: `RateLimited`, `InvalidInput` (the viewer is a guest; no token of a guest of this server, or one that ran out more than an hour ago), `Viewer`;
   * `ServiceBusy` at any point.
   */
  readonly claimGuest: ClaimGuestResult;
  /**
   * Confirming twice gives the same booking twice.
   *
   * A payment that comes after the reservation has lapsed still gives the `Booking` if all of its seats are free, and is given back otherwise. Outcomes, in order of
   * precedence: `RateLimited`, `InvalidInput` (an unusable token, name or email), `NotFound` (also when it is somebody else's), `Booking` (confirmed before),
   * `ReservationNotActive`, `ReservationExpired`, `PaymentFailed` (the seats stay held; never where the total is 0), `PaymentActionRequired` (as well), `Booking`;
   * `ServiceBusy` at any point: a retry tells what became of the payment, and pays no second time.
   */
  readonly confirmReservation: ConfirmReservationResult;
  /**
   * Creates an event with its own copy of a seating plan, as a DRAFT: all of it or nothing. Organizers only.
   *
   * Outcomes, in order of precedence: `RateLimited`, `InvalidInput`, `Event` or `IdempotencyConflict` (the key was used before), `Event`.
   */
  readonly createEvent: CreateEventResult;
  /**
   * Moves the deadline back, a limited number of times.
   *
   * Outcomes, in order of precedence: `RateLimited`, `InvalidInput` (an unusable key), `NotFound` (also when it is somebody
   * else's), `Reservation` or `IdempotencyConflict` (the key was used before), `ReservationNotActive`, `ReservationExpired`, `ExtensionLimitReached`, `Reservation`; `ServiceBusy` at any point.
   */
  readonly extendReservation: ExtendReservationResult;
  /**
   * A guest's new token, for the same viewer: so that no hold outlives its holder's sign-in. Takes the old one, also for an hour after it ran out.
   *
   * Send it without `Authorization`, where a token that has run out is refused. Outcomes, in order of precedence: `InvalidInput` (no token
   * of a guest of this server, or one that ran out longer ago), `RateLimited` (per guest), `GuestSession`; `ServiceBusy` at any point.
   */
  readonly renewGuest: RenewGuestResult;
  /**
   * All of the seats or none.
   *
   * Outcomes, in order of precedence: `RateLimited`, `InvalidInput` (no seats, a seat twice, an unusable key),
   * `ReservationLimitExceeded` (too many seats in one), `NotFound` (the event), `InvalidInput` (a seat that is not the event's, a
   * total that is more than an Int can say), `Reservation` or `IdempotencyConflict` (the key was used before), `SeatsUnavailable`
   * (where that is known without asking the store, like the next two: `RateLimited` for seats that the viewer, or a
   * guest's network, has let go of again and again, and `ReservationLimitExceeded` for seats of one network; said also to a key that belongs to another event's reservation), and by the store `SalesNotOpen`, `ReservationLimitExceeded` (too many active
   * reservations), `SeatsUnavailable`, `Reservation`. `ServiceBusy` may come at any point: then nothing was changed, or a retry
   * with the same key tells what was.
   */
  readonly reserveSeats: ReserveSeatsResult;
  /**
   * Opens, pauses or closes sales. Organizers only.
   *
   * Outcomes, in order of precedence: `RateLimited`, `NotFound`, `Event`; `ServiceBusy` at any point.
   */
  readonly setSalesStatus: SetSalesStatusResult;
  /**
   * A signed identity for a buyer without an account: send `token` as Authorization: Bearer.
   *
   * Outcomes, in order of precedence: `RateLimited` (per network address), `GuestSession`; `ServiceBusy` at any point.
   */
  readonly signInAsGuest: SignInAsGuestResult;
  /**
   * Puts blocked seats back on sale.
   *
   * All of the seats or none; a seat that is available already stays so. Organizers only.
   * Outcomes as for `blockSeats`; a seat whose category has no price is `InvalidInput`.
   */
  readonly unblockSeats: BlockSeatsResult;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationBlockSeatsArgs = {
  input: BlockSeatsInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationCancelReservationArgs = {
  input: CancelReservationInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationClaimGuestArgs = {
  input: ClaimGuestInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationConfirmReservationArgs = {
  input: ConfirmReservationInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationCreateEventArgs = {
  input: CreateEventInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationExtendReservationArgs = {
  input: ExtendReservationInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationRenewGuestArgs = {
  input: RenewGuestInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationReserveSeatsArgs = {
  input: ReserveSeatsInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationSetSalesStatusArgs = {
  input: SetSalesStatusInput;
};


/** Changes of state. Each mutation has a closed list of outcomes; if several apply, the first one in its list is returned. */
export type MutationUnblockSeatsArgs = {
  input: BlockSeatsInput;
};

/** An object that can be fetched by its id alone. */
export type Node = {
  /** Opaque and globally unique. */
  readonly id: Scalars['ID']['output'];
};

/** There is no such object, or the viewer may not see it. */
export type NotFound = UserError & {
  readonly __typename?: 'NotFound';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
};

/**
 * Where a page of a connection begins and ends, as Relay has it.
 *
 * Every connection takes `first` and `after` to go on, or `last` and `before` to go back; `first` and `last` not together. At most 100 a page, 20 when
 * neither is given. Edges are in the order of the list either way.
 */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Pass it as `after` to get the next page; null when the page is empty. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** True when at least one more edge follows. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** True when at least one more edge comes before. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Pass it as `before` to get the page before; null when the page is empty. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** One attempt to pay for a reservation, or what became a booking's payment. Seen by its holder and by organizers only. */
export type Payment = Node & {
  readonly __typename?: 'Payment';
  readonly amount: Money;
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whether the buyer has disputed it with the bank. */
  readonly disputed: Scalars['Boolean']['output'];
  readonly id: Scalars['ID']['output'];
  /** As in `PaymentProvider.name`. */
  readonly provider: Scalars['String']['output'];
  /** The provider's own id. */
  readonly reference?: Maybe<Scalars['String']['output']>;
  /** How much of `amount` was given back. */
  readonly refunded: Money;
  readonly state: PaymentState;
};

/** The buyer's bank wants to hear from the buyer (3-D Secure). Hand `clientSecret` to the provider's own library, then confirm again without a token; if the buyer never comes back, the provider's word is enough. */
export type PaymentActionRequired = UserError & {
  readonly __typename?: 'PaymentActionRequired';
  readonly clientSecret: Scalars['String']['output'];
  readonly code: ErrorCode;
  /** By then it must be done. */
  readonly expiresInMs: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly payment?: Maybe<Payment>;
};

/** The payment provider declined the payment. */
export type PaymentFailed = UserError & {
  readonly __typename?: 'PaymentFailed';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
  /** The provider's own reason code. */
  readonly reason?: Maybe<Scalars['String']['output']>;
};

/** The provider of this server's payments. */
export type PaymentProvider = {
  readonly __typename?: 'PaymentProvider';
  /** test or stripe */
  readonly name: Scalars['String']['output'];
  /** With which clients load the provider's own form; null if it needs none. */
  readonly publishableKey?: Maybe<Scalars['String']['output']>;
};

/** What was decided about a payment. */
export type PaymentState =
  /** The buyer's bank wants to hear from the buyer (3-D Secure). */
  | 'ACTION_REQUIRED'
  /** The money is set aside for a booking, and is about to be taken. */
  | 'AUTHORIZED'
  /** The provider is asked for the money. */
  | 'AUTHORIZING'
  /** The money was taken. */
  | 'CAPTURED'
  /** Declined, or never paid. */
  | 'FAILED'
  /** A part of the money was given back. */
  | 'PARTLY_REFUNDED'
  /** All of the money was given back. */
  | 'REFUNDED'
  /** Given up: no money is taken, and what was set aside is released. */
  | 'VOIDED';

/** A point of a layout. */
export type Point = {
  readonly __typename?: 'Point';
  /** From the left edge, in the plan's own units. */
  readonly x: Scalars['Float']['output'];
  /** From the top edge, in the plan's own units. */
  readonly y: Scalars['Float']['output'];
};

/**
 * Without a price it is not on sale: its seats are BLOCKED until `updateEvent` gives one.
 *
 * A category is what seats of one kind cost.
 */
export type PriceCategory = {
  readonly __typename?: 'PriceCategory';
  /**
   * '#rrggbb'.
   *
   * From the seating plan; null where it gives none.
   */
  readonly color?: Maybe<Scalars['String']['output']>;
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly price?: Maybe<Money>;
};

export type Query = {
  readonly __typename?: 'Query';
  /** Only its holder and organizers see it; null to everyone else. */
  readonly booking?: Maybe<Booking>;
  /** One event; null when there is none, or when it is a draft and the viewer is not an organizer. */
  readonly event?: Maybe<Event>;
  /** The events on offer, soonest first. Drafts are listed for organizers only. At most 100 a page. */
  readonly events: EventConnection;
  /** What this server allows, so that no client has to find out by failing. */
  readonly limits: Limits;
  /** Any object by its id; null when there is none, or when the viewer may not see it. */
  readonly node?: Maybe<Node>;
  /** With which clients pay. */
  readonly paymentProvider: PaymentProvider;
  /** Only its holder and organizers see it; null to everyone else. */
  readonly reservation?: Maybe<Reservation>;
  /** Null when the request carries no token. */
  readonly viewer?: Maybe<Viewer>;
};


export type QueryBookingArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEventArgs = {
  id: Scalars['ID']['input'];
};


export type QueryEventsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<EventFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


export type QueryReservationArgs = {
  id: Scalars['ID']['input'];
};

/** Why the viewer must wait. */
export type RateLimitCause =
  /** The viewer, or its network, has sent more mutations than allowed. */
  | 'REQUESTS'
  /** The viewer, or its network, has released these seats again and again, and must leave them to others for a while. Other seats can be reserved. */
  | 'SEATS_LET_GO';

/** The viewer, or its network, sends too many mutations, or has released these seats again and again. */
export type RateLimited = UserError & {
  readonly __typename?: 'RateLimited';
  readonly cause: RateLimitCause;
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
  readonly retryAfterMs: Scalars['Int']['output'];
};

export type RenewGuestInput = {
  /** The old token, without `Bearer`. */
  readonly guestToken: Scalars['String']['input'];
};

export type RenewGuestResult = GuestSession | InvalidInput | RateLimited | ServiceBusy;

/** A buyer's temporary hold on one or more seats of one event. Seen by its holder and by organizers only. */
export type Reservation = Node & {
  readonly __typename?: 'Reservation';
  /** Null unless CONFIRMED. */
  readonly booking?: Maybe<Booking>;
  readonly createdAt: Scalars['DateTime']['output'];
  readonly event: Event;
  readonly expiresAt: Scalars['DateTime']['output'];
  /**
   * By the server's clock, so that a countdown is right on a phone whose clock is wrong. 0 once it no longer runs.
   *
   * At most 2147483647, which is 24.8 days: where extensions lead further, `expiresAt` says when.
   */
  readonly expiresInMs: Scalars['Int']['output'];
  readonly extensionsLeft: Scalars['Int']['output'];
  readonly id: Scalars['ID']['output'];
  /** The last one that was begun; null before that, and if there is nothing to pay. */
  readonly payment?: Maybe<Payment>;
  /** While ACTIVE, the seats it holds; afterwards, the seats it held at the end. */
  readonly seats: ReadonlyArray<Seat>;
  readonly status: ReservationStatus;
  /** The sum of its seats' prices when they were reserved. */
  readonly total: Money;
};

/** A page of reservations. */
export type ReservationConnection = {
  readonly __typename?: 'ReservationConnection';
  readonly edges: ReadonlyArray<ReservationEdge>;
  /** The reservations of `edges`, without cursors. */
  readonly nodes: ReadonlyArray<Reservation>;
  readonly pageInfo: PageInfo;
};

/** A reservation and its place in the list. */
export type ReservationEdge = {
  readonly __typename?: 'ReservationEdge';
  /** Pass it as `after` for the reservations that follow, or as `before` for those that precede. */
  readonly cursor: Scalars['String']['output'];
  readonly node: Reservation;
};

/** The reservation's deadline has passed. */
export type ReservationExpired = UserError & {
  readonly __typename?: 'ReservationExpired';
  readonly code: ErrorCode;
  readonly expiredAt: Scalars['DateTime']['output'];
  readonly message: Scalars['String']['output'];
};

/** The viewer has the maximum of active reservations for the event, or requests more seats than are allowed in one reservation or for one network. */
export type ReservationLimitExceeded = UserError & {
  readonly __typename?: 'ReservationLimitExceeded';
  readonly code: ErrorCode;
  readonly limit: Scalars['Int']['output'];
  readonly message: Scalars['String']['output'];
  readonly scope: ReservationLimitScope;
};

/** To what a limit applies. */
export type ReservationLimitScope =
  /** Seats that the guests of one network address hold at a time. It frees up as guests of the network book, or release seats. */
  | 'NETWORK'
  /** Seats in one reservation. */
  | 'RESERVATION'
  /** Active reservations of one viewer for one event. */
  | 'VIEWER';

/** The reservation was confirmed or cancelled by its holder. */
export type ReservationNotActive = UserError & {
  readonly __typename?: 'ReservationNotActive';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
  readonly reservationStatus: ReservationStatus;
};

export type ReservationStatus =
  /** Running: its seats are held until `expiresAt`. */
  | 'ACTIVE'
  /** Released by its holder. */
  | 'CANCELLED'
  /** It became a booking. */
  | 'CONFIRMED'
  /** Its deadline has passed. */
  | 'EXPIRED';

export type ReserveSeatsInput = {
  readonly eventId: Scalars['ID']['input'];
  /**
   * Made by the client, once per intent, and sent again on every retry of it. If an attempt succeeded, every retry with the same
   * contents gives that same reservation as it is now; with other contents it is `IdempotencyConflict`. An attempt that was
   * refused changed nothing, and a retry of it is judged anew. A key is one viewer's and one mutation's; it has 1 to 200
   * characters, and no control characters.
   */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  readonly seatIds: ReadonlyArray<Scalars['ID']['input']>;
};

export type ReserveSeatsResult = IdempotencyConflict | InvalidInput | NotFound | RateLimited | Reservation | ReservationLimitExceeded | SalesNotOpen | SeatsUnavailable | ServiceBusy;

export type Role =
  /** Everyone with a token. */
  | 'CUSTOMER'
  /** May create events, set their sales status, block seats, and see every reservation and booking. */
  | 'ORGANIZER';

export type Row = {
  readonly __typename?: 'Row';
  /** The row's own name in the plan, such as 'Box 3'. Null if it has none: then it is 'row 3'. */
  readonly label?: Maybe<Scalars['String']['output']>;
  readonly name: Scalars['String']['output'];
  /** The plan's own name of the seats, with '%s' for the number: 'Armchair %s'. Null if it has none. */
  readonly seatLabel?: Maybe<Scalars['String']['output']>;
  readonly seats: ReadonlyArray<Seat>;
};

/** The event takes no new reservations. */
export type SalesNotOpen = UserError & {
  readonly __typename?: 'SalesNotOpen';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
  readonly salesStatus: SalesStatus;
};

/** DRAFT is seen by organizers only. New reservations need ON_SALE; those made before may still be confirmed while PAUSED. */
export type SalesStatus =
  /** No new reservations any more; running ones may still be confirmed. */
  | 'CLOSED'
  /** Being prepared. */
  | 'DRAFT'
  /** Seats can be reserved. */
  | 'ON_SALE'
  /** No new reservations for now. */
  | 'PAUSED';

/** One sellable place of an event. */
export type Seat = Node & {
  readonly __typename?: 'Seat';
  readonly accessible: Scalars['Boolean']['output'];
  readonly category: PriceCategory;
  readonly id: Scalars['ID']['output'];
  /** Position in the event's plan order, from 0: the key into PackedSeatStatuses. Fixed while the plan stands. */
  readonly index: Scalars['Int']['output'];
  /** What a person reads: 'Stalls, row C, seat 12'. */
  readonly label: Scalars['String']['output'];
  readonly number: Scalars['String']['output'];
  readonly position: Point;
  /** In the plan's units. */
  readonly radius: Scalars['Float']['output'];
  /** True while the viewer's own reservation holds it. */
  readonly reservedByViewer: Scalars['Boolean']['output'];
  readonly row: Scalars['String']['output'];
  /** The row's own name in the plan, such as 'Box 3'. Null if it has none. */
  readonly rowLabel?: Maybe<Scalars['String']['output']>;
  /** The seat's own name in the plan, such as 'Armchair 7'. Null if it has none. */
  readonly seatLabel?: Maybe<Scalars['String']['output']>;
  readonly section: Scalars['String']['output'];
  /**
   * As everyone may see it at this moment: a lapsed reservation reads AVAILABLE. Never says who holds the seat.
   *
   * Read from the store for a viewer with a token; for others like `SeatMap.statuses`.
   */
  readonly status: SeatStatus;
};

/** A page of seats. */
export type SeatConnection = {
  readonly __typename?: 'SeatConnection';
  readonly edges: ReadonlyArray<SeatEdge>;
  /** The seats of `edges`, without cursors. */
  readonly nodes: ReadonlyArray<Seat>;
  readonly pageInfo: PageInfo;
  /** Number of seats on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A seat and its place in the list. */
export type SeatEdge = {
  readonly __typename?: 'SeatEdge';
  /** Pass it as `after` for the seats that follow, or as `before` for those that precede. */
  readonly cursor: Scalars['String']['output'];
  readonly node: Seat;
};

/** The layout of an event's seats, which never changes, and their current statuses. */
export type SeatMap = {
  readonly __typename?: 'SeatMap';
  /** Shapes besides the seats, such as the stage, a bar or a gangway. */
  readonly areas: ReadonlyArray<Area>;
  readonly height: Scalars['Float']['output'];
  /**
   * Where to GET the layout as JSON: sections, rows, seats with ids, labels and positions, areas, shapes. It never changes: the address holds the hash of its contents, and the answer may
   * be kept for ever. Compressed where the client takes that. Prefer it to `sections`.
   *
   * A path from the root of this host. Its fields are described in docs/clients.md; a draft's is given to organizers only.
   */
  readonly layoutUrl: Scalars['String']['output'];
  /** The event's revision at which the statuses were read. */
  readonly revision: Scalars['Int']['output'];
  readonly sections: ReadonlyArray<Section>;
  /** From this node's live map of the event, if it has one. That may be some milliseconds behind a commit of another node. */
  readonly statuses: Scalars['PackedSeatStatuses']['output'];
  /** Size of the drawing, in the plan's own units; every point below is absolute in it. */
  readonly width: Scalars['Float']['output'];
};

/** From `fromRevision`, which is what the message before led to, to `revision`: each seat that changed, once, with its newest status. */
export type SeatMapDelta = {
  readonly __typename?: 'SeatMapDelta';
  readonly availability: Availability;
  /** Cheap to send and to read. */
  readonly changes: Scalars['PackedSeatChanges']['output'];
  /** A client whose map is older has missed a message. */
  readonly fromRevision: Scalars['Int']['output'];
  /** The same as `fromRevision` if the server has corrected its own map. */
  readonly revision: Scalars['Int']['output'];
  /**
   * The same, spelled out.
   *
   * In plan order.
   */
  readonly seats: ReadonlyArray<SeatState>;
};

/** The whole map at one moment, which replaces everything received before. */
export type SeatMapSnapshot = {
  readonly __typename?: 'SeatMapSnapshot';
  readonly availability: Availability;
  /** The event's revision. The next delta starts from it. */
  readonly revision: Scalars['Int']['output'];
  readonly statuses: Scalars['PackedSeatStatuses']['output'];
};

export type SeatMapUpdate = SeatMapDelta | SeatMapSnapshot;

/** A seat's new status. */
export type SeatState = {
  readonly __typename?: 'SeatState';
  readonly index: Scalars['Int']['output'];
  readonly seatId: Scalars['ID']['output'];
  readonly status: SeatStatus;
};

export type SeatStatus =
  /** Free: can be reserved in the next request. */
  | 'AVAILABLE'
  /** Taken off sale by the organizer. */
  | 'BLOCKED'
  /** Sold. */
  | 'BOOKED'
  /** Held by somebody until a deadline, which may be extended. */
  | 'RESERVED';

/** Some of the seats are reserved, booked or blocked. Nothing was reserved. */
export type SeatsUnavailable = UserError & {
  readonly __typename?: 'SeatsUnavailable';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
  /** Those of the asked seats that are taken. */
  readonly seatIds: ReadonlyArray<Scalars['ID']['output']>;
};

/** A zone of the plan. */
export type Section = {
  readonly __typename?: 'Section';
  /** The name in the plan; empty if it has none. */
  readonly name: Scalars['String']['output'];
  readonly position: Point;
  readonly rows: ReadonlyArray<Row>;
};

/** The server is overloaded, or parts of it are unavailable. Try again after `retryAfterMs`. */
export type ServiceBusy = UserError & {
  readonly __typename?: 'ServiceBusy';
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
  readonly retryAfterMs: Scalars['Int']['output'];
};

export type SetSalesStatusInput = {
  readonly eventId: Scalars['ID']['input'];
  readonly salesStatus: SalesStatus;
};

export type SetSalesStatusResult = Event | NotFound | RateLimited | ServiceBusy;

export type SignInAsGuestResult = GuestSession | RateLimited | ServiceBusy;

export type Size = {
  readonly __typename?: 'Size';
  readonly height: Scalars['Float']['output'];
  readonly width: Scalars['Float']['output'];
};

/** What is pushed: over a websocket on the same path as HTTP, in the graphql-transport-ws protocol. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /** Counts only, for lists of events: now, and at most once a second as they change. */
  readonly availability: Availability;
  /** The event itself, now and whenever its sales status, prices or settings change. */
  readonly event: Event;
  /** The holder's own view of one reservation: its state now, and again at every change, its expiry included. */
  readonly reservation: Reservation;
  /**
   * First a SeatMapSnapshot, then SeatMapDeltas. After a gap or for a slow reader a fresh snapshot comes instead of what was missed. A client that comes back names in `since` the revision it has,
   * and gets a delta from there if that is shorter. Public, like `availability` and `event`: needs no token.
   */
  readonly seatMap: SeatMapUpdate;
  /**
   * All reservations of the viewer that run, one message each, and then each at every change: what another tab or device does is seen here.
   *
   * New ones too, on whatever event. The last message of each says `CONFIRMED`, `CANCELLED` or `EXPIRED`; the subscription goes on. It completes when an account has claimed what the viewer, a guest, had: subscribe again.
   */
  readonly viewerReservations: Reservation;
};


/** What is pushed: over a websocket on the same path as HTTP, in the graphql-transport-ws protocol. */
export type SubscriptionAvailabilityArgs = {
  eventId: Scalars['ID']['input'];
};


/** What is pushed: over a websocket on the same path as HTTP, in the graphql-transport-ws protocol. */
export type SubscriptionEventArgs = {
  id: Scalars['ID']['input'];
};


/** What is pushed: over a websocket on the same path as HTTP, in the graphql-transport-ws protocol. */
export type SubscriptionReservationArgs = {
  id: Scalars['ID']['input'];
};


/** What is pushed: over a websocket on the same path as HTTP, in the graphql-transport-ws protocol. */
export type SubscriptionSeatMapArgs = {
  eventId: Scalars['ID']['input'];
  since?: InputMaybe<Scalars['Int']['input']>;
};

/** An outcome the client is expected to handle. What it cannot handle (no token, a fault) is a top-level error. */
export type UserError = {
  readonly code: ErrorCode;
  readonly message: Scalars['String']['output'];
};

/** The person or program that the request's token identifies. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** Newest first. At most 100 a page. */
  readonly bookings: BookingConnection;
  /** The token's `sub`. */
  readonly id: Scalars['ID']['output'];
  /** Newest first, with one of the statuses or with any. At most 100 a page. */
  readonly reservations: ReservationConnection;
  readonly roles: ReadonlyArray<Role>;
};


/** The person or program that the request's token identifies. */
export type ViewerBookingsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<ReadonlyArray<BookingStatus>>;
};


/** The person or program that the request's token identifies. */
export type ViewerReservationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<ReadonlyArray<ReservationStatus>>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<unknown, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, never, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: never[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  BlockSeatsResult:
    | ( EventSource & { __typename: 'Event' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( SeatsUnavailable & { __typename: 'SeatsUnavailable' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  CancelReservationResult:
    | ( IdempotencyConflict & { __typename: 'IdempotencyConflict' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ReservationSource & { __typename: 'Reservation' } )
    | ( ReservationExpired & { __typename: 'ReservationExpired' } )
    | ( ReservationNotActive & { __typename: 'ReservationNotActive' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  ClaimGuestResult:
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
    | ( ViewerSource & { __typename: 'Viewer' } )
  ;
  ConfirmReservationResult:
    | ( BookingSource & { __typename: 'Booking' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( Omit<PaymentActionRequired, 'payment'> & { payment?: Maybe<_RefType['Payment']> } & { __typename: 'PaymentActionRequired' } )
    | ( PaymentFailed & { __typename: 'PaymentFailed' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ReservationExpired & { __typename: 'ReservationExpired' } )
    | ( ReservationNotActive & { __typename: 'ReservationNotActive' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  CreateEventResult:
    | ( EventSource & { __typename: 'Event' } )
    | ( IdempotencyConflict & { __typename: 'IdempotencyConflict' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  ExtendReservationResult:
    | ( ExtensionLimitReached & { __typename: 'ExtensionLimitReached' } )
    | ( IdempotencyConflict & { __typename: 'IdempotencyConflict' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ReservationSource & { __typename: 'Reservation' } )
    | ( ReservationExpired & { __typename: 'ReservationExpired' } )
    | ( ReservationNotActive & { __typename: 'ReservationNotActive' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  RenewGuestResult:
    | ( Omit<GuestSession, 'viewer'> & { viewer: _RefType['Viewer'] } & { __typename: 'GuestSession' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  ReserveSeatsResult:
    | ( IdempotencyConflict & { __typename: 'IdempotencyConflict' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ReservationSource & { __typename: 'Reservation' } )
    | ( ReservationLimitExceeded & { __typename: 'ReservationLimitExceeded' } )
    | ( SalesNotOpen & { __typename: 'SalesNotOpen' } )
    | ( SeatsUnavailable & { __typename: 'SeatsUnavailable' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  SeatMapUpdate:
    | ( SeatMapDelta & { __typename: 'SeatMapDelta' } )
    | ( SeatMapSnapshot & { __typename: 'SeatMapSnapshot' } )
  ;
  SetSalesStatusResult:
    | ( EventSource & { __typename: 'Event' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
  SignInAsGuestResult:
    | ( Omit<GuestSession, 'viewer'> & { viewer: _RefType['Viewer'] } & { __typename: 'GuestSession' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( BookingSource & { __typename: 'Booking' } )
    | ( EventSource & { __typename: 'Event' } )
    | ( PaymentSource & { __typename: 'Payment' } )
    | ( ReservationSource & { __typename: 'Reservation' } )
    | ( SeatSource & { __typename: 'Seat' } )
  ;
  UserError:
    | ( ExtensionLimitReached & { __typename: 'ExtensionLimitReached' } )
    | ( IdempotencyConflict & { __typename: 'IdempotencyConflict' } )
    | ( InvalidInput & { __typename: 'InvalidInput' } )
    | ( NotFound & { __typename: 'NotFound' } )
    | ( Omit<PaymentActionRequired, 'payment'> & { payment?: Maybe<_RefType['Payment']> } & { __typename: 'PaymentActionRequired' } )
    | ( PaymentFailed & { __typename: 'PaymentFailed' } )
    | ( RateLimited & { __typename: 'RateLimited' } )
    | ( ReservationExpired & { __typename: 'ReservationExpired' } )
    | ( ReservationLimitExceeded & { __typename: 'ReservationLimitExceeded' } )
    | ( ReservationNotActive & { __typename: 'ReservationNotActive' } )
    | ( SalesNotOpen & { __typename: 'SalesNotOpen' } )
    | ( SeatsUnavailable & { __typename: 'SeatsUnavailable' } )
    | ( ServiceBusy & { __typename: 'ServiceBusy' } )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Amount: ResolverTypeWrapper<Scalars['Amount']['output']>;
  Area: ResolverTypeWrapper<Area>;
  AreaShape: AreaShape;
  AreaText: ResolverTypeWrapper<AreaText>;
  Availability: ResolverTypeWrapper<Availability>;
  BlockSeatsInput: BlockSeatsInput;
  BlockSeatsResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['BlockSeatsResult']>;
  Booking: ResolverTypeWrapper<BookingSource>;
  BookingConnection: ResolverTypeWrapper<Omit<BookingConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['BookingEdge']>, nodes: ReadonlyArray<ResolversTypes['Booking']> }>;
  BookingEdge: ResolverTypeWrapper<Omit<BookingEdge, 'node'> & { node: ResolversTypes['Booking'] }>;
  BookingStatus: BookingStatus;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Buyer: ResolverTypeWrapper<Buyer>;
  BuyerInput: BuyerInput;
  CancelReservationInput: CancelReservationInput;
  CancelReservationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CancelReservationResult']>;
  CategoryPriceInput: CategoryPriceInput;
  ClaimGuestInput: ClaimGuestInput;
  ClaimGuestResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ClaimGuestResult']>;
  ConfirmReservationInput: ConfirmReservationInput;
  ConfirmReservationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ConfirmReservationResult']>;
  CreateEventInput: CreateEventInput;
  CreateEventResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateEventResult']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  ErrorCode: ErrorCode;
  Event: ResolverTypeWrapper<EventSource>;
  EventConnection: ResolverTypeWrapper<Omit<EventConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['EventEdge']>, nodes: ReadonlyArray<ResolversTypes['Event']> }>;
  EventEdge: ResolverTypeWrapper<Omit<EventEdge, 'node'> & { node: ResolversTypes['Event'] }>;
  EventFilter: EventFilter;
  ExtendReservationInput: ExtendReservationInput;
  ExtendReservationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ExtendReservationResult']>;
  ExtensionLimitReached: ResolverTypeWrapper<ExtensionLimitReached>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  GuestSession: ResolverTypeWrapper<Omit<GuestSession, 'viewer'> & { viewer: ResolversTypes['Viewer'] }>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  IdempotencyConflict: ResolverTypeWrapper<IdempotencyConflict>;
  InputFault: ResolverTypeWrapper<InputFault>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  Limits: ResolverTypeWrapper<Limits>;
  Money: ResolverTypeWrapper<Money>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  NotFound: ResolverTypeWrapper<NotFound>;
  PackedSeatChanges: ResolverTypeWrapper<Scalars['PackedSeatChanges']['output']>;
  PackedSeatStatuses: ResolverTypeWrapper<Scalars['PackedSeatStatuses']['output']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Payment: ResolverTypeWrapper<PaymentSource>;
  PaymentActionRequired: ResolverTypeWrapper<Omit<PaymentActionRequired, 'payment'> & { payment?: Maybe<ResolversTypes['Payment']> }>;
  PaymentFailed: ResolverTypeWrapper<PaymentFailed>;
  PaymentProvider: ResolverTypeWrapper<PaymentProvider>;
  PaymentState: PaymentState;
  Point: ResolverTypeWrapper<Point>;
  PriceCategory: ResolverTypeWrapper<PriceCategory>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RateLimitCause: RateLimitCause;
  RateLimited: ResolverTypeWrapper<RateLimited>;
  RenewGuestInput: RenewGuestInput;
  RenewGuestResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RenewGuestResult']>;
  Reservation: ResolverTypeWrapper<ReservationSource>;
  ReservationConnection: ResolverTypeWrapper<Omit<ReservationConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ReservationEdge']>, nodes: ReadonlyArray<ResolversTypes['Reservation']> }>;
  ReservationEdge: ResolverTypeWrapper<Omit<ReservationEdge, 'node'> & { node: ResolversTypes['Reservation'] }>;
  ReservationExpired: ResolverTypeWrapper<ReservationExpired>;
  ReservationLimitExceeded: ResolverTypeWrapper<ReservationLimitExceeded>;
  ReservationLimitScope: ReservationLimitScope;
  ReservationNotActive: ResolverTypeWrapper<ReservationNotActive>;
  ReservationStatus: ReservationStatus;
  ReserveSeatsInput: ReserveSeatsInput;
  ReserveSeatsResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ReserveSeatsResult']>;
  Role: Role;
  Row: ResolverTypeWrapper<RowSource>;
  SalesNotOpen: ResolverTypeWrapper<SalesNotOpen>;
  SalesStatus: SalesStatus;
  Seat: ResolverTypeWrapper<SeatSource>;
  SeatConnection: ResolverTypeWrapper<SeatConnectionSource>;
  SeatEdge: ResolverTypeWrapper<Omit<SeatEdge, 'node'> & { node: ResolversTypes['Seat'] }>;
  SeatMap: ResolverTypeWrapper<SeatMapSource>;
  SeatMapDelta: ResolverTypeWrapper<SeatMapDelta>;
  SeatMapSnapshot: ResolverTypeWrapper<SeatMapSnapshot>;
  SeatMapUpdate: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SeatMapUpdate']>;
  SeatState: ResolverTypeWrapper<SeatState>;
  SeatStatus: SeatStatus;
  SeatingPlan: ResolverTypeWrapper<Scalars['SeatingPlan']['output']>;
  SeatsUnavailable: ResolverTypeWrapper<SeatsUnavailable>;
  Section: ResolverTypeWrapper<Omit<Section, 'rows'> & { rows: ReadonlyArray<ResolversTypes['Row']> }>;
  ServiceBusy: ResolverTypeWrapper<ServiceBusy>;
  SetSalesStatusInput: SetSalesStatusInput;
  SetSalesStatusResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SetSalesStatusResult']>;
  SignInAsGuestResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SignInAsGuestResult']>;
  Size: ResolverTypeWrapper<Size>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  UserError: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['UserError']>;
  Viewer: ResolverTypeWrapper<ViewerSource>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Amount: Scalars['Amount']['output'];
  Area: Area;
  AreaText: AreaText;
  Availability: Availability;
  BlockSeatsInput: BlockSeatsInput;
  BlockSeatsResult: ResolversUnionTypes<ResolversParentTypes>['BlockSeatsResult'];
  Booking: BookingSource;
  BookingConnection: Omit<BookingConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['BookingEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Booking']> };
  BookingEdge: Omit<BookingEdge, 'node'> & { node: ResolversParentTypes['Booking'] };
  Boolean: Scalars['Boolean']['output'];
  Buyer: Buyer;
  BuyerInput: BuyerInput;
  CancelReservationInput: CancelReservationInput;
  CancelReservationResult: ResolversUnionTypes<ResolversParentTypes>['CancelReservationResult'];
  CategoryPriceInput: CategoryPriceInput;
  ClaimGuestInput: ClaimGuestInput;
  ClaimGuestResult: ResolversUnionTypes<ResolversParentTypes>['ClaimGuestResult'];
  ConfirmReservationInput: ConfirmReservationInput;
  ConfirmReservationResult: ResolversUnionTypes<ResolversParentTypes>['ConfirmReservationResult'];
  CreateEventInput: CreateEventInput;
  CreateEventResult: ResolversUnionTypes<ResolversParentTypes>['CreateEventResult'];
  DateTime: Scalars['DateTime']['output'];
  Event: EventSource;
  EventConnection: Omit<EventConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['EventEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Event']> };
  EventEdge: Omit<EventEdge, 'node'> & { node: ResolversParentTypes['Event'] };
  EventFilter: EventFilter;
  ExtendReservationInput: ExtendReservationInput;
  ExtendReservationResult: ResolversUnionTypes<ResolversParentTypes>['ExtendReservationResult'];
  ExtensionLimitReached: ExtensionLimitReached;
  Float: Scalars['Float']['output'];
  GuestSession: Omit<GuestSession, 'viewer'> & { viewer: ResolversParentTypes['Viewer'] };
  ID: Scalars['ID']['output'];
  IdempotencyConflict: IdempotencyConflict;
  InputFault: InputFault;
  Int: Scalars['Int']['output'];
  InvalidInput: InvalidInput;
  Limits: Limits;
  Money: Money;
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  NotFound: NotFound;
  PackedSeatChanges: Scalars['PackedSeatChanges']['output'];
  PackedSeatStatuses: Scalars['PackedSeatStatuses']['output'];
  PageInfo: PageInfo;
  Payment: PaymentSource;
  PaymentActionRequired: Omit<PaymentActionRequired, 'payment'> & { payment?: Maybe<ResolversParentTypes['Payment']> };
  PaymentFailed: PaymentFailed;
  PaymentProvider: PaymentProvider;
  Point: Point;
  PriceCategory: PriceCategory;
  Query: Record<PropertyKey, never>;
  RateLimited: RateLimited;
  RenewGuestInput: RenewGuestInput;
  RenewGuestResult: ResolversUnionTypes<ResolversParentTypes>['RenewGuestResult'];
  Reservation: ReservationSource;
  ReservationConnection: Omit<ReservationConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ReservationEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Reservation']> };
  ReservationEdge: Omit<ReservationEdge, 'node'> & { node: ResolversParentTypes['Reservation'] };
  ReservationExpired: ReservationExpired;
  ReservationLimitExceeded: ReservationLimitExceeded;
  ReservationNotActive: ReservationNotActive;
  ReserveSeatsInput: ReserveSeatsInput;
  ReserveSeatsResult: ResolversUnionTypes<ResolversParentTypes>['ReserveSeatsResult'];
  Row: RowSource;
  SalesNotOpen: SalesNotOpen;
  Seat: SeatSource;
  SeatConnection: SeatConnectionSource;
  SeatEdge: Omit<SeatEdge, 'node'> & { node: ResolversParentTypes['Seat'] };
  SeatMap: SeatMapSource;
  SeatMapDelta: SeatMapDelta;
  SeatMapSnapshot: SeatMapSnapshot;
  SeatMapUpdate: ResolversUnionTypes<ResolversParentTypes>['SeatMapUpdate'];
  SeatState: SeatState;
  SeatingPlan: Scalars['SeatingPlan']['output'];
  SeatsUnavailable: SeatsUnavailable;
  Section: Omit<Section, 'rows'> & { rows: ReadonlyArray<ResolversParentTypes['Row']> };
  ServiceBusy: ServiceBusy;
  SetSalesStatusInput: SetSalesStatusInput;
  SetSalesStatusResult: ResolversUnionTypes<ResolversParentTypes>['SetSalesStatusResult'];
  SignInAsGuestResult: ResolversUnionTypes<ResolversParentTypes>['SignInAsGuestResult'];
  Size: Size;
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  UserError: ResolversInterfaceTypes<ResolversParentTypes>['UserError'];
  Viewer: ViewerSource;
};

export interface AmountScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Amount'], unknown> {
  name: 'Amount';
}

export type AreaResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Area'] = ResolversParentTypes['Area']> = {
  borderColor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  color?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  points?: Resolver<ReadonlyArray<ResolversTypes['Point']>, ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Point'], ParentType, ContextType>;
  radius?: Resolver<Maybe<ResolversTypes['Point']>, ParentType, ContextType>;
  rotation?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  shape?: Resolver<ResolversTypes['AreaShape'], ParentType, ContextType>;
  size?: Resolver<Maybe<ResolversTypes['Size']>, ParentType, ContextType>;
  text?: Resolver<Maybe<ResolversTypes['AreaText']>, ParentType, ContextType>;
};

export type AreaTextResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['AreaText'] = ResolversParentTypes['AreaText']> = {
  color?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Point'], ParentType, ContextType>;
  size?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AvailabilityResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Availability'] = ResolversParentTypes['Availability']> = {
  available?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  blocked?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  booked?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reserved?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type BlockSeatsResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BlockSeatsResult'] = ResolversParentTypes['BlockSeatsResult']> = {
  __resolveType: TypeResolveFn<'Event' | 'InvalidInput' | 'NotFound' | 'RateLimited' | 'SeatsUnavailable' | 'ServiceBusy', ParentType, ContextType>;
};

export type BookingResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Booking'] = ResolversParentTypes['Booking']> = {
  bookedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  buyer?: Resolver<Maybe<ResolversTypes['Buyer']>, ParentType, ContextType>;
  event?: Resolver<ResolversTypes['Event'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  payment?: Resolver<Maybe<ResolversTypes['Payment']>, ParentType, ContextType>;
  reference?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seats?: Resolver<ReadonlyArray<ResolversTypes['Seat']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['BookingStatus'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type BookingConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BookingConnection'] = ResolversParentTypes['BookingConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['BookingEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Booking']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type BookingEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['BookingEdge'] = ResolversParentTypes['BookingEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Booking'], ParentType, ContextType>;
};

export type BuyerResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Buyer'] = ResolversParentTypes['Buyer']> = {
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CancelReservationResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['CancelReservationResult'] = ResolversParentTypes['CancelReservationResult']> = {
  __resolveType: TypeResolveFn<'IdempotencyConflict' | 'InvalidInput' | 'NotFound' | 'RateLimited' | 'Reservation' | 'ReservationExpired' | 'ReservationNotActive' | 'ServiceBusy', ParentType, ContextType>;
};

export type ClaimGuestResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ClaimGuestResult'] = ResolversParentTypes['ClaimGuestResult']> = {
  __resolveType: TypeResolveFn<'InvalidInput' | 'RateLimited' | 'ServiceBusy' | 'Viewer', ParentType, ContextType>;
};

export type ConfirmReservationResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ConfirmReservationResult'] = ResolversParentTypes['ConfirmReservationResult']> = {
  __resolveType: TypeResolveFn<'Booking' | 'InvalidInput' | 'NotFound' | 'PaymentActionRequired' | 'PaymentFailed' | 'RateLimited' | 'ReservationExpired' | 'ReservationNotActive' | 'ServiceBusy', ParentType, ContextType>;
};

export type CreateEventResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['CreateEventResult'] = ResolversParentTypes['CreateEventResult']> = {
  __resolveType: TypeResolveFn<'Event' | 'IdempotencyConflict' | 'InvalidInput' | 'RateLimited' | 'ServiceBusy', ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], unknown> {
  name: 'DateTime';
}

export type EventResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Event'] = ResolversParentTypes['Event']> = {
  availability?: Resolver<ResolversTypes['Availability'], ParentType, ContextType>;
  categories?: Resolver<ReadonlyArray<ResolversTypes['PriceCategory']>, ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reservationSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  salesStatus?: Resolver<ResolversTypes['SalesStatus'], ParentType, ContextType>;
  seat?: Resolver<Maybe<ResolversTypes['Seat']>, ParentType, ContextType, RequireFields<EventSeatArgs, 'id'>>;
  seatMap?: Resolver<ResolversTypes['SeatMap'], ParentType, ContextType>;
  seats?: Resolver<ResolversTypes['SeatConnection'], ParentType, ContextType, Partial<EventSeatsArgs>>;
  startsAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  venue?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EventConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['EventConnection'] = ResolversParentTypes['EventConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['EventEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Event']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type EventEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['EventEdge'] = ResolversParentTypes['EventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Event'], ParentType, ContextType>;
};

export type ExtendReservationResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ExtendReservationResult'] = ResolversParentTypes['ExtendReservationResult']> = {
  __resolveType: TypeResolveFn<'ExtensionLimitReached' | 'IdempotencyConflict' | 'InvalidInput' | 'NotFound' | 'RateLimited' | 'Reservation' | 'ReservationExpired' | 'ReservationNotActive' | 'ServiceBusy', ParentType, ContextType>;
};

export type ExtensionLimitReachedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ExtensionLimitReached'] = ResolversParentTypes['ExtensionLimitReached']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type GuestSessionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['GuestSession'] = ResolversParentTypes['GuestSession']> = {
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  token?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type IdempotencyConflictResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['IdempotencyConflict'] = ResolversParentTypes['IdempotencyConflict']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InputFaultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['InputFault'] = ResolversParentTypes['InputFault']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  faults?: Resolver<ReadonlyArray<ResolversTypes['InputFault']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LimitsResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Limits'] = ResolversParentTypes['Limits']> = {
  extensionSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxActiveReservations?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxExtensions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  maxSeatsPerReservation?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  paymentSeconds?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Amount'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  blockSeats?: Resolver<ResolversTypes['BlockSeatsResult'], ParentType, ContextType, RequireFields<MutationBlockSeatsArgs, 'input'>>;
  cancelReservation?: Resolver<ResolversTypes['CancelReservationResult'], ParentType, ContextType, RequireFields<MutationCancelReservationArgs, 'input'>>;
  claimGuest?: Resolver<ResolversTypes['ClaimGuestResult'], ParentType, ContextType, RequireFields<MutationClaimGuestArgs, 'input'>>;
  confirmReservation?: Resolver<ResolversTypes['ConfirmReservationResult'], ParentType, ContextType, RequireFields<MutationConfirmReservationArgs, 'input'>>;
  createEvent?: Resolver<ResolversTypes['CreateEventResult'], ParentType, ContextType, RequireFields<MutationCreateEventArgs, 'input'>>;
  extendReservation?: Resolver<ResolversTypes['ExtendReservationResult'], ParentType, ContextType, RequireFields<MutationExtendReservationArgs, 'input'>>;
  renewGuest?: Resolver<ResolversTypes['RenewGuestResult'], ParentType, ContextType, RequireFields<MutationRenewGuestArgs, 'input'>>;
  reserveSeats?: Resolver<ResolversTypes['ReserveSeatsResult'], ParentType, ContextType, RequireFields<MutationReserveSeatsArgs, 'input'>>;
  setSalesStatus?: Resolver<ResolversTypes['SetSalesStatusResult'], ParentType, ContextType, RequireFields<MutationSetSalesStatusArgs, 'input'>>;
  signInAsGuest?: Resolver<ResolversTypes['SignInAsGuestResult'], ParentType, ContextType>;
  unblockSeats?: Resolver<ResolversTypes['BlockSeatsResult'], ParentType, ContextType, RequireFields<MutationUnblockSeatsArgs, 'input'>>;
};

export type NodeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Booking' | 'Event' | 'Payment' | 'Reservation' | 'Seat', ParentType, ContextType>;
};

export type NotFoundResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['NotFound'] = ResolversParentTypes['NotFound']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface PackedSeatChangesScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['PackedSeatChanges'], unknown> {
  name: 'PackedSeatChanges';
}

export interface PackedSeatStatusesScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['PackedSeatStatuses'], unknown> {
  name: 'PackedSeatStatuses';
}

export type PageInfoResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PaymentResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Payment'] = ResolversParentTypes['Payment']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  disputed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reference?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refunded?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  state?: Resolver<ResolversTypes['PaymentState'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentActionRequiredResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PaymentActionRequired'] = ResolversParentTypes['PaymentActionRequired']> = {
  clientSecret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  expiresInMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  payment?: Resolver<Maybe<ResolversTypes['Payment']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentFailedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PaymentFailed'] = ResolversParentTypes['PaymentFailed']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PaymentProviderResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PaymentProvider'] = ResolversParentTypes['PaymentProvider']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  publishableKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PointResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Point'] = ResolversParentTypes['Point']> = {
  x?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  y?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type PriceCategoryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['PriceCategory'] = ResolversParentTypes['PriceCategory']> = {
  color?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  price?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  booking?: Resolver<Maybe<ResolversTypes['Booking']>, ParentType, ContextType, RequireFields<QueryBookingArgs, 'id'>>;
  event?: Resolver<Maybe<ResolversTypes['Event']>, ParentType, ContextType, RequireFields<QueryEventArgs, 'id'>>;
  events?: Resolver<ResolversTypes['EventConnection'], ParentType, ContextType, Partial<QueryEventsArgs>>;
  limits?: Resolver<ResolversTypes['Limits'], ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  paymentProvider?: Resolver<ResolversTypes['PaymentProvider'], ParentType, ContextType>;
  reservation?: Resolver<Maybe<ResolversTypes['Reservation']>, ParentType, ContextType, RequireFields<QueryReservationArgs, 'id'>>;
  viewer?: Resolver<Maybe<ResolversTypes['Viewer']>, ParentType, ContextType>;
};

export type RateLimitedResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RateLimited'] = ResolversParentTypes['RateLimited']> = {
  cause?: Resolver<ResolversTypes['RateLimitCause'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RenewGuestResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['RenewGuestResult'] = ResolversParentTypes['RenewGuestResult']> = {
  __resolveType: TypeResolveFn<'GuestSession' | 'InvalidInput' | 'RateLimited' | 'ServiceBusy', ParentType, ContextType>;
};

export type ReservationResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Reservation'] = ResolversParentTypes['Reservation']> = {
  booking?: Resolver<Maybe<ResolversTypes['Booking']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  event?: Resolver<ResolversTypes['Event'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresInMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  extensionsLeft?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  payment?: Resolver<Maybe<ResolversTypes['Payment']>, ParentType, ContextType>;
  seats?: Resolver<ReadonlyArray<ResolversTypes['Seat']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ReservationStatus'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReservationConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReservationConnection'] = ResolversParentTypes['ReservationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ReservationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Reservation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ReservationEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReservationEdge'] = ResolversParentTypes['ReservationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Reservation'], ParentType, ContextType>;
};

export type ReservationExpiredResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReservationExpired'] = ResolversParentTypes['ReservationExpired']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  expiredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReservationLimitExceededResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReservationLimitExceeded'] = ResolversParentTypes['ReservationLimitExceeded']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scope?: Resolver<ResolversTypes['ReservationLimitScope'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReservationNotActiveResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReservationNotActive'] = ResolversParentTypes['ReservationNotActive']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reservationStatus?: Resolver<ResolversTypes['ReservationStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReserveSeatsResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ReserveSeatsResult'] = ResolversParentTypes['ReserveSeatsResult']> = {
  __resolveType: TypeResolveFn<'IdempotencyConflict' | 'InvalidInput' | 'NotFound' | 'RateLimited' | 'Reservation' | 'ReservationLimitExceeded' | 'SalesNotOpen' | 'SeatsUnavailable' | 'ServiceBusy', ParentType, ContextType>;
};

export type RowResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Row'] = ResolversParentTypes['Row']> = {
  label?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seatLabel?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  seats?: Resolver<ReadonlyArray<ResolversTypes['Seat']>, ParentType, ContextType>;
};

export type SalesNotOpenResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SalesNotOpen'] = ResolversParentTypes['SalesNotOpen']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  salesStatus?: Resolver<ResolversTypes['SalesStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SeatResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Seat'] = ResolversParentTypes['Seat']> = {
  accessible?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  category?: Resolver<ResolversTypes['PriceCategory'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  label?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Point'], ParentType, ContextType>;
  radius?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  reservedByViewer?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  row?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rowLabel?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  seatLabel?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  section?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['SeatStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SeatConnectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatConnection'] = ResolversParentTypes['SeatConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SeatEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Seat']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SeatEdgeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatEdge'] = ResolversParentTypes['SeatEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Seat'], ParentType, ContextType>;
};

export type SeatMapResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatMap'] = ResolversParentTypes['SeatMap']> = {
  areas?: Resolver<ReadonlyArray<ResolversTypes['Area']>, ParentType, ContextType>;
  height?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  layoutUrl?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sections?: Resolver<ReadonlyArray<ResolversTypes['Section']>, ParentType, ContextType>;
  statuses?: Resolver<ResolversTypes['PackedSeatStatuses'], ParentType, ContextType>;
  width?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type SeatMapDeltaResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatMapDelta'] = ResolversParentTypes['SeatMapDelta']> = {
  availability?: Resolver<ResolversTypes['Availability'], ParentType, ContextType>;
  changes?: Resolver<ResolversTypes['PackedSeatChanges'], ParentType, ContextType>;
  fromRevision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seats?: Resolver<ReadonlyArray<ResolversTypes['SeatState']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SeatMapSnapshotResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatMapSnapshot'] = ResolversParentTypes['SeatMapSnapshot']> = {
  availability?: Resolver<ResolversTypes['Availability'], ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  statuses?: Resolver<ResolversTypes['PackedSeatStatuses'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SeatMapUpdateResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatMapUpdate'] = ResolversParentTypes['SeatMapUpdate']> = {
  __resolveType: TypeResolveFn<'SeatMapDelta' | 'SeatMapSnapshot', ParentType, ContextType>;
};

export type SeatStateResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatState'] = ResolversParentTypes['SeatState']> = {
  index?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seatId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['SeatStatus'], ParentType, ContextType>;
};

export interface SeatingPlanScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SeatingPlan'], unknown> {
  name: 'SeatingPlan';
}

export type SeatsUnavailableResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SeatsUnavailable'] = ResolversParentTypes['SeatsUnavailable']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seatIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SectionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Section'] = ResolversParentTypes['Section']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['Point'], ParentType, ContextType>;
  rows?: Resolver<ReadonlyArray<ResolversTypes['Row']>, ParentType, ContextType>;
};

export type ServiceBusyResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['ServiceBusy'] = ResolversParentTypes['ServiceBusy']> = {
  code?: Resolver<ResolversTypes['ErrorCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SetSalesStatusResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SetSalesStatusResult'] = ResolversParentTypes['SetSalesStatusResult']> = {
  __resolveType: TypeResolveFn<'Event' | 'NotFound' | 'RateLimited' | 'ServiceBusy', ParentType, ContextType>;
};

export type SignInAsGuestResultResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['SignInAsGuestResult'] = ResolversParentTypes['SignInAsGuestResult']> = {
  __resolveType: TypeResolveFn<'GuestSession' | 'RateLimited' | 'ServiceBusy', ParentType, ContextType>;
};

export type SizeResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Size'] = ResolversParentTypes['Size']> = {
  height?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  width?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  availability?: SubscriptionResolver<ResolversTypes['Availability'], "availability", ParentType, ContextType, RequireFields<SubscriptionAvailabilityArgs, 'eventId'>>;
  event?: SubscriptionResolver<ResolversTypes['Event'], "event", ParentType, ContextType, RequireFields<SubscriptionEventArgs, 'id'>>;
  reservation?: SubscriptionResolver<ResolversTypes['Reservation'], "reservation", ParentType, ContextType, RequireFields<SubscriptionReservationArgs, 'id'>>;
  seatMap?: SubscriptionResolver<ResolversTypes['SeatMapUpdate'], "seatMap", ParentType, ContextType, RequireFields<SubscriptionSeatMapArgs, 'eventId'>>;
  viewerReservations?: SubscriptionResolver<ResolversTypes['Reservation'], "viewerReservations", ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  __resolveType: TypeResolveFn<'ExtensionLimitReached' | 'IdempotencyConflict' | 'InvalidInput' | 'NotFound' | 'PaymentActionRequired' | 'PaymentFailed' | 'RateLimited' | 'ReservationExpired' | 'ReservationLimitExceeded' | 'ReservationNotActive' | 'SalesNotOpen' | 'SeatsUnavailable' | 'ServiceBusy', ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = GraphqlContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  bookings?: Resolver<ResolversTypes['BookingConnection'], ParentType, ContextType, Partial<ViewerBookingsArgs>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  reservations?: Resolver<ResolversTypes['ReservationConnection'], ParentType, ContextType, Partial<ViewerReservationsArgs>>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = GraphqlContext> = {
  Amount?: GraphQLScalarType;
  Area?: AreaResolvers<ContextType>;
  AreaText?: AreaTextResolvers<ContextType>;
  Availability?: AvailabilityResolvers<ContextType>;
  BlockSeatsResult?: BlockSeatsResultResolvers<ContextType>;
  Booking?: BookingResolvers<ContextType>;
  BookingConnection?: BookingConnectionResolvers<ContextType>;
  BookingEdge?: BookingEdgeResolvers<ContextType>;
  Buyer?: BuyerResolvers<ContextType>;
  CancelReservationResult?: CancelReservationResultResolvers<ContextType>;
  ClaimGuestResult?: ClaimGuestResultResolvers<ContextType>;
  ConfirmReservationResult?: ConfirmReservationResultResolvers<ContextType>;
  CreateEventResult?: CreateEventResultResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Event?: EventResolvers<ContextType>;
  EventConnection?: EventConnectionResolvers<ContextType>;
  EventEdge?: EventEdgeResolvers<ContextType>;
  ExtendReservationResult?: ExtendReservationResultResolvers<ContextType>;
  ExtensionLimitReached?: ExtensionLimitReachedResolvers<ContextType>;
  GuestSession?: GuestSessionResolvers<ContextType>;
  IdempotencyConflict?: IdempotencyConflictResolvers<ContextType>;
  InputFault?: InputFaultResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  Limits?: LimitsResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  NotFound?: NotFoundResolvers<ContextType>;
  PackedSeatChanges?: GraphQLScalarType;
  PackedSeatStatuses?: GraphQLScalarType;
  PageInfo?: PageInfoResolvers<ContextType>;
  Payment?: PaymentResolvers<ContextType>;
  PaymentActionRequired?: PaymentActionRequiredResolvers<ContextType>;
  PaymentFailed?: PaymentFailedResolvers<ContextType>;
  PaymentProvider?: PaymentProviderResolvers<ContextType>;
  Point?: PointResolvers<ContextType>;
  PriceCategory?: PriceCategoryResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RateLimited?: RateLimitedResolvers<ContextType>;
  RenewGuestResult?: RenewGuestResultResolvers<ContextType>;
  Reservation?: ReservationResolvers<ContextType>;
  ReservationConnection?: ReservationConnectionResolvers<ContextType>;
  ReservationEdge?: ReservationEdgeResolvers<ContextType>;
  ReservationExpired?: ReservationExpiredResolvers<ContextType>;
  ReservationLimitExceeded?: ReservationLimitExceededResolvers<ContextType>;
  ReservationNotActive?: ReservationNotActiveResolvers<ContextType>;
  ReserveSeatsResult?: ReserveSeatsResultResolvers<ContextType>;
  Row?: RowResolvers<ContextType>;
  SalesNotOpen?: SalesNotOpenResolvers<ContextType>;
  Seat?: SeatResolvers<ContextType>;
  SeatConnection?: SeatConnectionResolvers<ContextType>;
  SeatEdge?: SeatEdgeResolvers<ContextType>;
  SeatMap?: SeatMapResolvers<ContextType>;
  SeatMapDelta?: SeatMapDeltaResolvers<ContextType>;
  SeatMapSnapshot?: SeatMapSnapshotResolvers<ContextType>;
  SeatMapUpdate?: SeatMapUpdateResolvers<ContextType>;
  SeatState?: SeatStateResolvers<ContextType>;
  SeatingPlan?: GraphQLScalarType;
  SeatsUnavailable?: SeatsUnavailableResolvers<ContextType>;
  Section?: SectionResolvers<ContextType>;
  ServiceBusy?: ServiceBusyResolvers<ContextType>;
  SetSalesStatusResult?: SetSalesStatusResultResolvers<ContextType>;
  SignInAsGuestResult?: SignInAsGuestResultResolvers<ContextType>;
  Size?: SizeResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

