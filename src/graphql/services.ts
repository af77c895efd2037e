import type { Logger } from 'pino';
import type { RateLimiter } from '../coordination/coordination.ts';
import type { EventCatalogue } from '../events/catalogue.ts';
import type { EventAdministration } from '../events/event-administration.ts';
import type { EventLayouts } from '../events/layouts.ts';
import type { SeatReader } from '../events/seat-reader.ts';
import type { Identity } from '../identity/identity.ts';
import type { EventRows } from '../live/event-rows.ts';
import type { LiveSeatMaps } from '../live/live-seat-maps.ts';
import type { ReservationUpdates } from '../live/reservation-updates.ts';
import type { ViewerReservations } from '../live/viewer-reservations.ts';
import type { Holdings } from '../reservations/holdings.ts';
import type { Reservations } from '../reservations/reservations.ts';
import type { Telemetry } from '../telemetry/happenings.ts';

/** What resolvers put to work: the same for every request of a node. */
export interface Services {
  readonly events: EventRows;
  readonly layouts: EventLayouts;
  readonly seats: SeatReader;
  readonly catalogue: EventCatalogue;
  readonly holdings: Holdings;
  readonly reservations: Reservations;
  readonly eventAdministration: EventAdministration;
  readonly seatMaps: LiveSeatMaps;
  readonly reservationUpdates: ReservationUpdates;
  readonly viewerReservations: ViewerReservations;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Whether an error is the store's, which is gone or overloaded. */
  readonly isUnavailable: (error: unknown) => boolean;
  /** By viewer. */
  readonly mutationLimiter: RateLimiter;
  /** Of sign-ins, by network address, and of renewals, by guest. */
  readonly guestLimiter: RateLimiter;
  /** Of all that guests do, by network address. */
  readonly guestMutationLimiter: RateLimiter;
  readonly policy: {
    readonly extensionSeconds: number;
    readonly maxExtensions: number;
    readonly paymentSeconds: number;
    readonly maxActiveReservations: number;
    readonly maxSeatsPerReservation: number;
    /** Held by the guests of one network address; 0 for no such limit. */
    readonly maxSeatsPerAddress: number;
    /** For events that set none. */
    readonly reservationSeconds: number;
    /** Of one operation; 0 is no limit. */
    readonly maxQueryCost: number;
  };
}
