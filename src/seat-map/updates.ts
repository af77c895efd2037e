import { type Frame, mergeFrames, type SeatDifference, type Snapshot } from './frames.ts';
import { Pulled } from './pulled.ts';
import type { Availability } from './status.ts';

/** What one subscription is told. `sequence` goes up by one a message, from that of the map at the first. */
export type SeatMapUpdate =
  | ({ readonly kind: 'snapshot' } & Snapshot)
  | {
      readonly kind: 'delta';
      readonly sequence: number;
      /** In order of `index`, each once. */
      readonly seats: readonly SeatDifference[];
      readonly availability: Availability;
    };

/** A seat in a delta takes some sixty bytes, in a snapshot a third of one: beyond this, a snapshot of most maps is smaller. */
const MAX_PENDING_SEATS = 500;

/** A reader this far behind gets a snapshot, which costs nothing while it is away. */
const MAX_PENDING_FRAMES = 20;

/** A map that is shown, as its readers see it. */
export interface ShownSeatMap {
  readonly snapshot: Snapshot;
  /** Returns how to stop. */
  subscribe(listener: (frame: Frame) => void): () => void;
  /** Tells that there will be no more frames. Returns how to stop. */
  onClosed(listener: () => void): () => void;
}

export interface ReaderSettings {
  readonly map: ShownSeatMap;
  /** Called once, when the reader is done. */
  readonly release: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** First a snapshot, then deltas; a reader that falls behind gets what it missed merged, or a fresh snapshot instead. */
export function seatMapUpdates({ map, release, signal }: ReaderSettings): AsyncIterableIterator<SeatMapUpdate> {
  const missed = new MissedFrames(map);
  const stopFrames = map.subscribe((frame) => {
    missed.add(frame);
    updates.wake();
  });
  const stopClosed = map.onClosed(() => updates.end());
  const updates = new Pulled<SeatMapUpdate>({
    take: () => missed.take(),
    release: () => {
      stopFrames();
      stopClosed();
      release();
    },
    signal,
  });
  return updates;
}

/** What one reader has not been told yet. */
class MissedFrames {
  readonly #map: ShownSeatMap;
  #sequence: number;
  /** Undefined: nothing. */
  #missed: Frame | 'too much' | undefined = 'too much';
  #frames = 0;

  constructor(map: ShownSeatMap) {
    this.#map = map;
    this.#sequence = map.snapshot.sequence - 1;
  }

  add(frame: Frame): void {
    if (this.#missed === 'too much') return;
    const merged = this.#missed === undefined ? frame : mergeFrames(this.#missed, frame);
    this.#frames += 1;
    const isTooMuch = merged.seats.length > MAX_PENDING_SEATS || this.#frames > MAX_PENDING_FRAMES;
    this.#missed = isTooMuch ? 'too much' : merged;
  }

  take(): SeatMapUpdate | undefined {
    const missed = this.#missed;
    this.#missed = undefined;
    this.#frames = 0;
    if (missed === undefined || (missed !== 'too much' && missed.seats.length === 0)) return undefined;

    this.#sequence += 1;
    if (missed === 'too much') return { kind: 'snapshot', ...this.#map.snapshot, sequence: this.#sequence };
    return { kind: 'delta', seats: missed.seats, availability: missed.availability, sequence: this.#sequence };
  }
}
