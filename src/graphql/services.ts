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
import type { LayoutFiles } from './layout-files.ts';

/** The services that resolvers use. All requests of a node share them. */
export interface Services {
  readonly events: EventRows;
  readonly layouts: EventLayouts;
  readonly layoutFiles: LayoutFiles;
  readonly seats: SeatReader;
  readonly catalogue: EventCatalogue;
  readonly holdings: Holdings;
  readonly reservations: Reservations;
  readonly paymentProvider: { readonly name: string; readonly publishableKey: string | null };
  readonly eventAdministration: EventAdministration;
  readonly seatMaps: LiveSeatMaps;
  readonly reservationUpdates: ReservationUpdates;
  readonly viewerReservations: ViewerReservations;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Whether an error says that the store is unavailable or overloaded. */
  readonly isUnavailable: (error: unknown) => boolean;
  /** By viewer. */
  readonly mutationLimiter: RateLimiter;
  /** For sign-ins by network address, and renewals by guest. */
  readonly guestLimiter: RateLimiter;
  /** For all mutations of guests, by network address. */
  readonly guestMutationLimiter: RateLimiter;
  readonly policy: {
    readonly extensionSeconds: number;
    readonly maxExtensions: number;
    readonly paymentSeconds: number;
    readonly maxActiveReservations: number;
    readonly maxSeatsPerReservation: number;
    /** Seats held by the guests of one network address; 0 means no limit. */
    readonly maxSeatsPerAddress: number;
    /** For events that do not set their own. */
    readonly reservationSeconds: number;
    /** Of the addresses that people know: empty, or '/tickets'. */
    readonly basePath: string;
    /** Cost of one operation; 0 means no limit. */
    readonly maxQueryCost: number;
  };
}
