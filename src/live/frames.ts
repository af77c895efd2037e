import { type Availability, type SeatStatus, statusOfCode } from '../domain/seat.ts';
import { Listeners } from '../listeners.ts';
import { packStatuses } from './packing.ts';
import type { SeatMap } from './seat-map.ts';

export interface ShownSeat {
  readonly index: number;
  readonly status: SeatStatus;
}

/** The difference between a map at `fromRevision` and at `revision`. */
export interface Delta {
  readonly fromRevision: number;
  readonly revision: number;
  /** In order of `index`, each once, with its newest status. */
  readonly seats: readonly ShownSeat[];
  readonly availability: Availability;
}

/** Changes that are sent together. `fromRevision` is the `revision` of the previous frame. */
export interface Frame extends Delta {
  /** Number of the frame of this map. Two frames may have the same revision, when the map was corrected. */
  readonly number: number;
}

/** A whole map as of a frame. */
export interface Snapshot {
  readonly number: number;
  readonly revision: number;
  /** `PackedSeatStatuses` */
  readonly statuses: string;
  readonly availability: Availability;
}

/** Bound for the window, however much the event loop lags. */
export const WIDEST_FRAME_MS = 250;

/** Leaves three quarters of the event loop's time free for everything else. */
const WINDOW_PER_LAG = 4;

/** For how long changes are collected into a frame, in milliseconds: `frameMs`, or longer while the event loop lags. */
export function frameWindowMs(frameMs: number, loopLagMs: number): number {
  return Math.max(frameMs, Math.min(loopLagMs * WINDOW_PER_LAG, WIDEST_FRAME_MS));
}

/**
 * Collects changes of a map for a while, and emits them as one frame, in which the last state of a seat wins. A snapshot and every later
 * frame give exactly the map.
 */
export class Frames implements Disposable {
  readonly #map: SeatMap;
  readonly #windowMs: () => number;
  readonly #listeners = new Listeners<Frame>();
  /** Public status codes as of the last frame. */
  readonly #sent: Uint8Array;
  readonly #touched = new Set<number>();
  #number = 0;
  #revision: number;
  #availability: Availability;
  #snapshot: Snapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** `windowMs` is called at the first change of each frame. */
  constructor(map: SeatMap, windowMs: () => number) {
    this.#map = map;
    this.#windowMs = windowMs;
    this.#sent = Uint8Array.from(map.statuses);
    this.#revision = map.revision;
    this.#availability = map.availability;
  }

  /** Of the last frame. */
  get revision(): number {
    return this.#revision;
  }

  get snapshot(): Snapshot {
    this.#snapshot ??= {
      number: this.#number,
      revision: this.#revision,
      statuses: packStatuses(this.#sent),
      availability: this.#availability,
    };
    return this.#snapshot;
  }

  /** The difference from a map at that revision to the last frame. Undefined if it is not known what has changed since. */
  since(revision: number): Delta | undefined {
    const indexes = revision <= this.#revision ? this.#map.changedSince(revision) : undefined;
    return (
      indexes && {
        fromRevision: revision,
        revision: this.#revision,
        seats: indexes.map((index) => ({ index, status: statusOfCode(this.#sent[index]) })),
        availability: this.#availability,
      }
    );
  }

  /** Returns how to stop. */
  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The map has another revision, or was corrected. The seats may differ from the last frame. */
  touch(indexes: readonly number[]): void {
    if (this.#disposed) return;
    for (const index of indexes) this.#touched.add(index);
    this.#timer ??= setTimeout(() => this.#finish(), this.#windowMs());
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #finish(): void {
    this.#timer = undefined;
    const seats = this.#takeDifferences();
    const fromRevision = this.#revision;
    this.#revision = this.#map.revision;
    if (seats.length === 0 && this.#revision === fromRevision) return;
    this.#number += 1;
    this.#availability = this.#map.availability;
    this.#snapshot = undefined;
    const { revision } = this;
    this.#listeners.tell({ number: this.#number, fromRevision, revision, seats, availability: this.#availability });
  }

  #takeDifferences(): ShownSeat[] {
    const { statuses } = this.#map;
    const differing = [...this.#touched].filter((index) => this.#sent[index] !== statuses[index]);
    this.#touched.clear();
    differing.sort((one, other) => one - other);
    for (const index of differing) this.#sent[index] = statuses[index] ?? 0;
    return differing.map((index) => ({ index, status: statusOfCode(statuses[index]) }));
  }
}
