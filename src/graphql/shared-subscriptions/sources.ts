import type { Frame } from '../../seat-map/frames.ts';
import type { LiveSeatMap } from '../../seat-map/live-seat-map.ts';
import { type Availability, sameAvailability } from '../../seat-map/status.ts';
import type { SeatMapUpdate } from '../../seat-map/updates.ts';
import { Payload, SEQUENCE_MARK } from './payload.ts';
import type { PayloadSource } from './shared-subscription.ts';

/** Executes the shared operation once, on what its root field is to be resolved from. */
export type Execute<Update> = (update: Update) => object;

/** A seat in a delta takes some seventy bytes, in a snapshot a third of one: beyond this, a snapshot of most maps is smaller. */
const MAX_DELTA_SEATS = 500;

/** `Subscription.seatMap`: snapshots, made once a frame at most, and deltas. */
export function seatMapSource(map: LiveSeatMap, execute: Execute<SeatMapUpdate>): PayloadSource {
  const payloadOf = (update: SeatMapUpdate) => new Payload(execute({ ...update, sequence: SEQUENCE_MARK }));
  let newest: { readonly sequence: number; readonly payload: Payload } | undefined;
  const current = () => {
    const { snapshot } = map;
    if (newest?.sequence !== snapshot.sequence) {
      newest = { sequence: snapshot.sequence, payload: payloadOf({ kind: 'snapshot', ...snapshot }) };
    }
    return newest.payload;
  };
  const payloadOfFrame = (frame: Frame) =>
    frame.seats.length > MAX_DELTA_SEATS ? current() : payloadOf({ kind: 'delta', ...frame });
  return { current, subscribe: (listener) => map.subscribe((frame) => listener(payloadOfFrame(frame))) };
}

/** `Subscription.availability`: the counts, as they change. */
export function availabilitySource(map: LiveSeatMap, execute: Execute<Availability>): PayloadSource {
  let newest: { readonly availability: Availability; readonly payload: Payload } | undefined;
  const current = () => {
    const { availability } = map.snapshot;
    if (newest === undefined || !sameAvailability(newest.availability, availability)) {
      newest = { availability, payload: new Payload(execute(availability)) };
    }
    return newest.payload;
  };
  return { current, subscribe: (listener) => map.subscribe(() => listener(current())) };
}
