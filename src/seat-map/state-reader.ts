import type { SeatChange } from '../coordination/coordination.ts';
import { type LoadSeatStates, type SeatStates, withNewer } from './seat-states.ts';
import type { StoreClock } from './store-clock.ts';

export interface StateReaderSettings {
  readonly load: LoadSeatStates;
  readonly clock: StoreClock;
  readonly monotonicNow: () => number;
}

/** Reads an event's seats from the store without losing what is heard of them meanwhile. One read at a time. */
export class StateReader {
  readonly #eventId: string;
  readonly #settings: StateReaderSettings;
  /** The newest of each seat while a read is under way. */
  #heard: Map<number, SeatChange> | undefined;

  constructor(eventId: string, settings: StateReaderSettings) {
    this.#eventId = eventId;
    this.#settings = settings;
  }

  /** Everything that is heard must come by here. */
  hear(seats: readonly SeatChange[]): void {
    for (const seat of seats) {
      const known = this.#heard?.get(seat.index);
      if (known === undefined || known.version < seat.version) this.#heard?.set(seat.index, seat);
    }
  }

  /** `use` is called at once with what was read, so that nothing can be heard in between; null if there is no such event. */
  async read<Result>(use: (states: SeatStates) => Result): Promise<Result | null> {
    const { load, clock, monotonicNow } = this.#settings;
    const heard = new Map<number, SeatChange>();
    this.#heard = heard;
    try {
      const sentAt = monotonicNow();
      const states = await load(this.#eventId);
      if (states === null) return null;
      clock.observe(sentAt, monotonicNow(), states.nowMs);
      return use(withNewer(states, heard.values()));
    } finally {
      this.#heard = undefined;
    }
  }
}
