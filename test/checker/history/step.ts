import type { SeatStatus } from '../../../src/domain/seat.ts';

/** What one step does to seats, or shows of them. Moments are the harness'; a deadline lies within its two bounds. */
export type Effect =
  | { readonly kind: 'take'; readonly reservation: string; readonly seats: readonly number[]; readonly until: Deadline }
  /** `until` is null where it was not told: then it is `byMs` later than before. */
  | { readonly kind: 'extend'; readonly reservation: string; readonly byMs: number; readonly until: Deadline | null }
  /** For a payment, once in a reservation's life: runs for `forMs` more at least. */
  | { readonly kind: 'fence'; readonly reservation: string; readonly forMs: number }
  | { readonly kind: 'book'; readonly reservation: string; readonly seats: readonly number[] }
  /** After the reservation has lapsed, while its seats are free. */
  | { readonly kind: 'book late'; readonly reservation: string; readonly seats: readonly number[] }
  /** Null: all that are left. */
  | { readonly kind: 'release'; readonly reservation: string; readonly seats: readonly number[] | null }
  | { readonly kind: 'block' | 'unblock'; readonly seats: readonly number[] }
  | { readonly kind: 'see'; readonly statuses: readonly SeatStatus[] }
  /** Reserved or booked. */
  | { readonly kind: 'see taken'; readonly seats: readonly number[] }
  | {
      readonly kind: 'see running';
      readonly reservation: string;
      readonly seats: readonly number[];
      readonly until: Deadline;
    }
  | { readonly kind: 'see over'; readonly reservation: string; readonly status: 'CONFIRMED' | 'CANCELLED' | 'EXPIRED' };

export interface Deadline {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Something that takes place in one moment between `fromMs` and `toMs`; what is not certain may as well not. */
export interface Step {
  readonly effect: Effect;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isCertain: boolean;
  /** The calls that show it. */
  readonly callIds: readonly number[];
}
