import { type Availability, sameAvailability } from '../domain/seat.ts';
import type { Delta, Frame, Snapshot } from './frames.ts';
import type { EventRow, LiveEvent } from './live-event.ts';
import type { LiveSeatMap } from './live-seat-map.ts';
import { Update, type UpdateSource } from './shared-subscription.ts';

/** Executes the shared operation once, with the value of its root field. */
export type Execute<Value> = (value: Value) => object;

/** A message of a seat map before it is executed. */
export type SeatMapUpdate = ({ readonly kind: 'snapshot' } & Snapshot) | ({ readonly kind: 'delta' } & Delta);

/** A seat takes some seventy bytes in a delta, and a third of a byte in a snapshot: beyond this a snapshot of most maps is smaller. */
const MAX_DELTA_SEATS = 500;

/** Fields executed for one message, in some 20 ms. Operations with many fields for each seat get snapshots sooner. */
const MAX_DELTA_FIELDS = 20_000;

/** Differences from older revisions that are made for one frame. Subscribers with further revisions get a snapshot. */
const MAX_DIFFERENCES = 10;

/** How long a snapshot is kept for later subscribers. Without a bound, a quiet map would keep it for ever. */
const KEPT_MS = 10_000;

/** A subscriber whose revision is newer than this node's gets a snapshot after this. */
const AHEAD_FOR_AT_MOST_MS = 1_000;

/**
 * `Subscription.seatMap`: snapshots, made at most once for each frame, and deltas.
 * @param fields number of fields that the operation selects
 */
export function seatMapSource(map: LiveSeatMap, execute: Execute<SeatMapUpdate>, fields: number): UpdateSource {
  const maxSeats = Math.min(MAX_DELTA_SEATS, Math.floor(MAX_DELTA_FIELDS / fields));
  let snapshot: Update | undefined;
  let differences = new Map<number, Update>();

  const everything = () => {
    const { number: version, revision } = map.snapshot;
    if (snapshot?.version === version) return snapshot;
    const made = map.snapshot;
    differences = new Map();
    snapshot = new Update({ version, revision }, () => execute({ kind: 'snapshot', ...made }), KEPT_MS);
    return snapshot;
  };
  const difference = (since: number) => {
    const known = differences.get(since);
    if (known !== undefined || differences.size >= MAX_DIFFERENCES) return known;
    const delta = map.since(since);
    if (delta === undefined || delta.seats.length > maxSeats) return undefined;
    const { number: version, revision } = map.snapshot;
    const made = new Update({ version, revision }, () => execute({ kind: 'delta', ...delta }));
    differences.set(since, made);
    return made;
  };
  const current = (since: number | null) => {
    const all = everything();
    return (since === null ? undefined : difference(since)) ?? all;
  };
  const ofFrame = (frame: Frame) => {
    const { number: version, revision, seats } = frame;
    if (seats.length > maxSeats) return everything();
    return new Update({ version, revision }, () => execute({ kind: 'delta', ...frame }));
  };
  return {
    current,
    subscribe: (listener) => map.subscribe((frame) => listener(ofFrame(frame))),
    isAhead: (revision) => revision > map.snapshot.revision,
    whenAt: (revision, callback) => whenAt(map, revision, callback),
  };
}

/** Calls back once the map's frames have reached the revision, or it takes too long. Returns how to stop waiting. */
function whenAt(map: LiveSeatMap, revision: number, callback: () => void): () => void {
  const end = () => {
    clearTimeout(timer);
    stop();
  };
  const finish = () => {
    end();
    callback();
  };
  const timer = setTimeout(finish, AHEAD_FOR_AT_MOST_MS);
  const stop = map.subscribe((frame) => {
    if (frame.revision >= revision) finish();
  });
  return end;
}

/** `Subscription.availability`: the counts, as they change. */
export function availabilitySource(map: LiveSeatMap, execute: Execute<Availability>): UpdateSource {
  let newest: { readonly availability: Availability; readonly update: Update } | undefined;
  const current = () => {
    const { availability } = map.snapshot;
    if (newest === undefined || !sameAvailability(newest.availability, availability)) {
      const version = (newest?.update.version ?? 0) + 1;
      newest = { availability, update: new Update({ version }, () => execute(availability), KEPT_MS) };
    }
    return newest.update;
  };
  return { current, subscribe: (listener) => map.subscribe(() => listener(current())) };
}

/** `Subscription.event` for everyone except organizers: the event's own fields, as they change. Drafts are not sent. */
export function eventSource(event: LiveEvent, execute: Execute<EventRow>): UpdateSource {
  let newest: { readonly row: EventRow; readonly update: Update } | undefined;
  const current = () => {
    const row = event.row.event.salesStatus === 'DRAFT' && newest !== undefined ? newest.row : event.row;
    if (newest?.row !== row) {
      const version = (newest?.update.version ?? 0) + 1;
      newest = { row, update: new Update({ version }, () => execute(row), KEPT_MS) };
    }
    return newest.update;
  };
  return { current, subscribe: (listener) => event.subscribe(() => listener(current())) };
}
