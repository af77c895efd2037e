import { type SeatState, statusOfCode } from '../domain/seat.ts';
import type { Session } from '../store/engine/database.ts';
import { type AllSeats, readAllSeats, readSeatStates } from '../store/queries/seats.ts';
import type { ShownSeats } from './shown-seats.ts';

export interface SeatKey {
  readonly eventId: string;
  readonly index: number;
}

type StateOf = (index: number) => SeatState | null;

/**
 * Reads seats as one viewer may see them, for one operation. The first read of an event's seats is by their indexes; a second one reads all
 * seats of the event, once.
 */
export class SeatStates {
  readonly #session: Session;
  readonly #viewerId: string | null;
  readonly #seatMaps: ShownSeats;
  /** By event that was read before; null if not all of its seats were read yet. */
  readonly #all = new Map<string, Promise<AllSeats> | null>();

  constructor(session: Session, viewerId: string | null, seatMaps: ShownSeats) {
    this.#session = session;
    this.#seatMaps = seatMaps;
    this.#viewerId = viewerId;
  }

  /** In the order of the keys. */
  async read(keys: readonly SeatKey[]): Promise<(SeatState | Error)[]> {
    const indexesByEvent = new Map<string, number[]>();
    for (const { eventId, index } of keys) {
      const indexes = indexesByEvent.get(eventId);
      if (indexes === undefined) indexesByEvent.set(eventId, [index]);
      else indexes.push(index);
    }
    const states = new Map<string, StateOf>();
    for (const [eventId, indexes] of indexesByEvent) states.set(eventId, await this.#readOf(eventId, indexes));
    return keys.map(({ eventId, index }) => states.get(eventId)?.(index) ?? new Error(`no seat ${index}`));
  }

  async #readOf(eventId: string, indexes: readonly number[]): Promise<StateOf> {
    const viewerId = this.#viewerId;
    const shown = viewerId === null ? this.#seatMaps.shown(eventId) : undefined;
    if (shown !== undefined) return stateIn(shown.codes, nobodys);
    if (!this.#all.has(eventId)) {
      this.#all.set(eventId, null);
      const states = await readSeatStates(this.#session, eventId, { viewerId, indexes });
      const byIndex = new Map(states.map((state) => [state.index, state]));
      return (index) => byIndex.get(index) ?? null;
    }
    const reading = this.#all.get(eventId) ?? readAllSeats(this.#session, eventId, viewerId);
    this.#all.set(eventId, reading);
    const { codes, reservedByViewer } = await reading;
    return stateIn(codes, reservedByViewer);
  }
}

const nobodys: ReadonlySet<number> = new Set();

function stateIn(codes: Uint8Array, reservedByViewer: ReadonlySet<number>): StateOf {
  return (index) =>
    index < codes.length
      ? { index, status: statusOfCode(codes[index]), reservedByViewer: reservedByViewer.has(index) }
      : null;
}
