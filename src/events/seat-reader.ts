import type { Availability } from '../domain/seat.ts';
import type { Asker } from '../domain/viewer.ts';
import { readRevisions } from '../store/change-log.ts';
import type { Reads } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { type AllSeats, countSeats, readAllSeats } from '../store/queries/seats.ts';
import { SeatStates } from './seat-states.ts';
import type { ShownSeats } from './shown-seats.ts';

/** Events in one counting statement, which reads all of their seats: a page of a list. */
const COUNTED_AT_ONCE = 100;
/** Calls that may share one read. */
const MAX_SHARING = 10_000;

/** All seats' status codes by index, at one revision. */
export type StatusesAtRevision = Pick<AllSeats, 'codes' | 'revision'>;

/**
 * Gives the public state of all seats of events, from memory if the map is live. Calls made while a read is in flight share the next
 * one, so that they cost the store little, however many there are.
 */
export class SeatReader {
  readonly #reads: Reads;
  readonly #seatMaps: ShownSeats;
  readonly #countAvailability: (eventId: string) => Promise<Availability | null>;
  readonly #readStatuses: (eventId: string) => Promise<StatusesAtRevision>;
  readonly #readRevision: (eventId: string) => Promise<number>;

  constructor(reads: Reads, seatMaps: ShownSeats) {
    this.#reads = reads;
    this.#seatMaps = seatMaps;
    this.#countAvailability = batched(async (eventIds) => {
      const distinct = [...new Set(eventIds)];
      const byEvent = new Map<string, Availability>();
      while (distinct.length > 0) {
        const counted = await countSeats(reads, distinct.splice(0, COUNTED_AT_ONCE));
        for (const { eventId, ...availability } of counted) byEvent.set(eventId, availability);
      }
      return eventIds.map((eventId) => byEvent.get(eventId) ?? null);
    }, MAX_SHARING);
    this.#readRevision = batched(async (eventIds) => {
      const revisions = await readRevisions(reads, [...new Set(eventIds)]);
      return eventIds.map((eventId) => revisions.get(eventId) ?? 0);
    }, MAX_SHARING);
    this.#readStatuses = batched(async (eventIds) => {
      const reading = new Map<string, Promise<AllSeats>>();
      for (const eventId of new Set(eventIds)) reading.set(eventId, readAllSeats(reads, eventId, null));
      return Promise.all(
        eventIds.map(async (eventId) => (await reading.get(eventId)) ?? { codes: new Uint8Array(), revision: 0 }),
      );
    }, MAX_SHARING);
  }

  /** Null where there is no such event. */
  async availability(eventId: string): Promise<Availability | null> {
    return this.#seatMaps.shown(eventId)?.availability ?? this.#countAvailability(eventId);
  }

  async statuses(eventId: string): Promise<StatusesAtRevision> {
    return this.#seatMaps.shown(eventId) ?? this.#readStatuses(eventId);
  }

  /** Of the event's last change; 0 where there has been none. */
  async revision(eventId: string): Promise<number> {
    return this.#seatMaps.shown(eventId)?.revision ?? this.#readRevision(eventId);
  }

  /** Reads single seats, as the asker may see them. */
  statesFor({ viewer, isOver }: Asker): SeatStates {
    return new SeatStates(this.#reads.during(isOver), viewer?.id ?? null, this.#seatMaps);
  }
}
