import type { Call } from '../history/call.ts';
import type { ClockOffset } from '../history/clock.ts';
import type { StoreRecord } from '../history/store-record.ts';

/** All that is known of one house once nothing happens there any more. */
export interface House {
  readonly eventId: string;
  /** In the order in which they were sent. */
  readonly calls: readonly Call[];
  readonly record: StoreRecord;
  readonly offset: ClockOffset;
}

/** A promise that was broken. */
export interface Violation {
  readonly check: string;
  readonly what: string;
  /** The calls that show it, in the order of their times, and no others. */
  readonly calls: readonly Call[];
}

export type Check = (house: House) => Violation[];
