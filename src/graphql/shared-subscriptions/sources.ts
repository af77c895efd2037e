import type { Frame } from '../../seat-map/frames.ts';
import type { LiveSeatMap } from '../../seat-map/live-seat-map.ts';
import { type Availability, sameAvailability } from '../../seat-map/status.ts';
import type { SeatMapUpdate } from '../../seat-map/updates.ts';
import { SEQUENCE_MARK, Update } from './payload.ts';
import type { UpdateSource } from './shared-subscription.ts';

/** Executes the shared operation once, on what its root field is to be resolved from. */
export type Execute<Value> = (value: Value) => object;

/** A seat in a delta takes some seventy bytes, in a snapshot a third of one: beyond this, a snapshot of most maps is smaller. */
const MAX_DELTA_SEATS = 500;

/** Executed in one go for one message: some 20 ms. An operation that asks for a lot of each seat is told snapshots the sooner. */
const MAX_DELTA_FIELDS = 20_000;

/** What everything is told by is kept for those who come within this: on a quiet map it would be kept for ever. */
const KEPT_MS = 10_000;

/**
 * `Subscription.seatMap`: snapshots, made once a frame at most, and deltas.
 * @param fields those that the operation selects
 */
export function seatMapSource(map: LiveSeatMap, execute: Execute<SeatMapUpdate>, fields: number): UpdateSource {
  const maxSeats = Math.min(MAX_DELTA_SEATS, Math.floor(MAX_DELTA_FIELDS / fields));
  const executed = (update: SeatMapUpdate) => execute({ ...update, sequence: SEQUENCE_MARK });
  let newest: Update | undefined;
  const current = () => {
    const { snapshot } = map;
    if (newest?.version !== snapshot.sequence) {
      newest = new Update(snapshot.sequence, () => executed({ kind: 'snapshot', ...snapshot }), KEPT_MS);
    }
    return newest;
  };
  const ofFrame = (frame: Frame) =>
    frame.seats.length > maxSeats ? current() : new Update(frame.sequence, () => executed({ kind: 'delta', ...frame }));
  return { current, subscribe: (listener) => map.subscribe((frame) => listener(ofFrame(frame))) };
}

/** `Subscription.availability`: the counts, as they change. */
export function availabilitySource(map: LiveSeatMap, execute: Execute<Availability>): UpdateSource {
  let newest: { readonly availability: Availability; readonly update: Update } | undefined;
  const current = () => {
    const { availability } = map.snapshot;
    if (newest === undefined || !sameAvailability(newest.availability, availability)) {
      const version = (newest?.update.version ?? 0) + 1;
      newest = { availability, update: new Update(version, () => execute(availability), KEPT_MS) };
    }
    return newest.update;
  };
  return { current, subscribe: (listener) => map.subscribe(() => listener(current())) };
}
