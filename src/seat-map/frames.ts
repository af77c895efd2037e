import { Listeners } from '../coordination/listeners.ts';
import { packStatuses } from './packing.ts';
import type { SeatMap } from './seat-map.ts';
import { type Availability, type SeatStatus, statusCodes, statusOfCode } from './status.ts';

export interface SeatDifference {
  readonly index: number;
  readonly status: SeatStatus;
  /** In the frame before. */
  readonly was: SeatStatus;
}

/** What a map became since the frame before. */
export interface Frame {
  /** Of the map: goes up by one a frame. */
  readonly sequence: number;
  /** In order of `index`, each once; never empty. */
  readonly seats: readonly SeatDifference[];
  readonly availability: Availability;
}

/** A whole map as the frame of the same `sequence` left it. */
export interface Snapshot {
  readonly sequence: number;
  /** `PackedSeatStatuses` */
  readonly statuses: string;
  readonly availability: Availability;
}

/**
 * Gathers changes of a map for a while and tells them in one frame, where the last state of a seat wins. Whoever takes a
 * snapshot and then every later frame is exactly right.
 */
export class Frames implements Disposable {
  readonly #map: SeatMap;
  readonly #windowMs: () => number;
  readonly #listeners = new Listeners<Frame>();
  /** Public status codes as of the last frame. */
  readonly #told: Uint8Array;
  readonly #touched = new Set<number>();
  #sequence = 0;
  #availability: Availability;
  #snapshot: Snapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** `windowMs` is asked at the first change of each frame. */
  constructor(map: SeatMap, windowMs: () => number) {
    this.#map = map;
    this.#windowMs = windowMs;
    this.#told = Uint8Array.from(map.statuses);
    this.#availability = map.availability;
  }

  get snapshot(): Snapshot {
    this.#snapshot ??= {
      sequence: this.#sequence,
      statuses: packStatuses(this.#told),
      availability: this.#availability,
    };
    return this.#snapshot;
  }

  /** Returns how to stop. */
  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** These seats of the map may differ from the last frame. */
  touch(indexes: readonly number[]): void {
    if (this.#disposed) return;
    for (const index of indexes) this.#touched.add(index);
    if (this.#touched.size > 0) this.#timer ??= setTimeout(() => this.#finish(), this.#windowMs());
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #finish(): void {
    this.#timer = undefined;
    const seats = this.#takeDifferences();
    if (seats.length === 0) return;
    this.#sequence += 1;
    this.#availability = this.#map.availability;
    this.#snapshot = undefined;
    this.#listeners.tell({ sequence: this.#sequence, seats, availability: this.#availability });
  }

  #takeDifferences(): SeatDifference[] {
    const { statuses } = this.#map;
    const differing = [...this.#touched].filter((index) => this.#told[index] !== statuses[index]);
    this.#touched.clear();
    const seats = differing
      .sort((one, other) => one - other)
      .map((index) => ({ index, status: statusOfCode(statuses[index]), was: statusOfCode(this.#told[index]) }));
    for (const { index, status } of seats) this.#told[index] = statusCodes[status];
    return seats;
  }
}

/** Both frames as one; empty of seats if the later takes back the earlier. */
export function mergeFrames(earlier: Frame, later: Frame): Frame {
  const seats = new Map(earlier.seats.map((seat) => [seat.index, seat]));
  for (const seat of later.seats) {
    const was = seats.get(seat.index)?.was ?? seat.was;
    if (was === seat.status) seats.delete(seat.index);
    else seats.set(seat.index, { ...seat, was });
  }
  return { ...later, seats: [...seats.values()].sort((one, other) => one.index - other.index) };
}
