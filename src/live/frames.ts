import { type Availability, type SeatStatus, statusOfCode } from '../domain/seat.ts';
import { Listeners } from '../listeners.ts';
import { packStatuses } from './packing.ts';
import type { SeatMap } from './seat-map.ts';

export interface ShownSeat {
  readonly index: number;
  readonly status: SeatStatus;
}

/** What leads from a map of `fromRevision` to that of `revision`. */
export interface Delta {
  readonly fromRevision: number;
  readonly revision: number;
  /** In order of `index`, each once, with its newest status. */
  readonly seats: readonly ShownSeat[];
  readonly availability: Availability;
}

/** What was told together: `fromRevision` is the `revision` of the frame before. */
export interface Frame extends Delta {
  /** Counts the frames of this map: two may lead to the same revision, when the map was put right. */
  readonly number: number;
}

/** A whole map as a frame left it. */
export interface Snapshot {
  readonly number: number;
  readonly revision: number;
  /** `PackedSeatStatuses` */
  readonly statuses: string;
  readonly availability: Availability;
}

/** However much the event loop lags: changes must be seen, and on time. */
export const WIDEST_FRAME_MS = 250;

/** Each turn of the loop that tells of a frame is followed by three as long that are free for everything else. */
const WINDOW_PER_LAG = 4;

/** How long changes are gathered, in milliseconds: longer while the event loop lags, never shorter than `frameMs`. */
export function frameWindowMs(frameMs: number, loopLagMs: number): number {
  return Math.max(frameMs, Math.min(loopLagMs * WINDOW_PER_LAG, WIDEST_FRAME_MS));
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
  #number = 0;
  #revision: number;
  #availability: Availability;
  #snapshot: Snapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** `windowMs` is asked at the first change of each frame. */
  constructor(map: SeatMap, windowMs: () => number) {
    this.#map = map;
    this.#windowMs = windowMs;
    this.#told = Uint8Array.from(map.statuses);
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
      statuses: packStatuses(this.#told),
      availability: this.#availability,
    };
    return this.#snapshot;
  }

  /** From a map of that revision to the last frame. Undefined when it is not known what has changed since. */
  since(revision: number): Delta | undefined {
    const indexes = revision <= this.#revision ? this.#map.changedSince(revision) : undefined;
    return (
      indexes && {
        fromRevision: revision,
        revision: this.#revision,
        seats: indexes.map((index) => ({ index, status: statusOfCode(this.#told[index]) })),
        availability: this.#availability,
      }
    );
  }

  /** Returns how to stop. */
  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** The map is at another revision, or was put right; these seats may differ from the last frame. */
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
    const differing = [...this.#touched].filter((index) => this.#told[index] !== statuses[index]);
    this.#touched.clear();
    differing.sort((one, other) => one - other);
    for (const index of differing) this.#told[index] = statuses[index] ?? 0;
    return differing.map((index) => ({ index, status: statusOfCode(statuses[index]) }));
  }
}
