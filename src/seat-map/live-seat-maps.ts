import { Listeners } from '../coordination/listeners.ts';
import { availabilityUpdates } from './availability-updates.ts';
import type { LiveSeatMap, LiveSeatMapSettings } from './live-seat-map.ts';
import { type OpenedSeatMap, openSeatMap } from './open-seat-map.ts';
import type { Availability } from './status.ts';
import { type SeatMapUpdate, seatMapUpdates } from './updates.ts';

export interface LiveSeatMapsSettings extends Omit<LiveSeatMapSettings, 'onReservationsSeen'> {
  /** A map is kept this long after its last use, for readers that reconnect. */
  readonly lingerMs: number;
  /** Shortest time between two values of `availability`. */
  readonly availabilityEveryMs: number;
}

/** Keeps a map open until disposed of. */
export interface SeatMapUse extends Disposable {
  readonly map: LiveSeatMap;
}

export interface ReservationsSeen {
  readonly map: LiveSeatMap;
  readonly reservationIds: Iterable<string>;
}

interface Entry {
  readonly opening: Promise<OpenedSeatMap | null>;
  map: LiveSeatMap | undefined;
  users: number;
  /** By `monotonicNow`: when it was last wanted without being used. */
  wantedAtMs: number;
  closeTimer: NodeJS.Timeout | undefined;
}

/** The maps this node shows: each opened at its first use, shared, and closed a while after its last. */
export class LiveSeatMaps implements AsyncDisposable {
  readonly #settings: LiveSeatMapsSettings;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #reservationsSeen = new Listeners<ReservationsSeen>();
  #disposed = false;

  constructor(settings: LiveSeatMapsSettings) {
    this.#settings = settings;
  }

  /** How many are kept, those being opened included. */
  get count(): number {
    return this.#entries.size;
  }

  /** Only if it is shown already and nothing can be missing from it. */
  get(eventId: string): LiveSeatMap | undefined {
    const map = this.shown(eventId);
    return map?.isLive ? map : undefined;
  }

  /** Whether live or not. */
  shown(eventId: string): LiveSeatMap | undefined {
    return this.#entries.get(eventId)?.map;
  }

  /**
   * Reads the store once, however many ask at the same time. Null if there is no such event; rejects if the store cannot
   * be read.
   */
  async open(eventId: string): Promise<SeatMapUse | null> {
    this.#refuseIfDisposed();
    const entry = this.#entries.get(eventId) ?? this.#add(eventId);
    entry.users += 1;
    clearTimeout(entry.closeTimer);
    const opened = await entry.opening;
    this.#refuseIfDisposed();
    return opened && { map: opened.map, [Symbol.dispose]: once(() => this.#release(eventId, entry)) };
  }

  /**
   * Has it opened in the background if it is not, and kept as after a use. For an event that many ask for in vain: not while
   * nodes cannot tell each other, when it would refuse nobody and have the store asked again and again.
   */
  want(eventId: string): void {
    if (!this.#settings.coordination.reachable) return;
    const entry = this.#entries.get(eventId);
    if (entry !== undefined) entry.wantedAtMs = this.#settings.monotonicNow();
    else if (!this.#disposed) void this.#openForNobody(eventId);
  }

  /** Of one reader. Null and rejections as `open`. */
  async updates(eventId: string, signal?: AbortSignal): Promise<AsyncIterableIterator<SeatMapUpdate> | null> {
    const use = await this.open(eventId);
    return use && seatMapUpdates({ map: use.map, release: () => use[Symbol.dispose](), signal });
  }

  /** Of one reader. Null and rejections as `open`. */
  async availability(eventId: string, signal?: AbortSignal): Promise<AsyncIterableIterator<Availability> | null> {
    const { availabilityEveryMs: everyMs, monotonicNow } = this.#settings;
    const use = await this.open(eventId);
    const release = () => use?.[Symbol.dispose]();
    return use && availabilityUpdates({ map: use.map, release, signal, everyMs, monotonicNow });
  }

  /** Tells of reservations of which a map may have learned something. Returns how to stop. */
  onReservationsSeen(listener: (seen: ReservationsSeen) => void): () => void {
    return this.#reservationsSeen.add(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const [eventId, entry] of this.#entries) this.#close(eventId, entry);
    await Promise.all(this.#closing);
  }

  async #openForNobody(eventId: string): Promise<void> {
    try {
      const use = await this.open(eventId);
      use?.[Symbol.dispose]();
    } catch (err) {
      this.#settings.logger.debug({ err, eventId }, 'a seat map could not be opened in the background');
    }
  }

  #refuseIfDisposed(): void {
    if (this.#disposed) throw new Error('seat maps are closed');
  }

  #add(eventId: string): Entry {
    const onReservationsSeen = (map: LiveSeatMap, reservationIds: Iterable<string>) =>
      this.#reservationsSeen.tell({ map, reservationIds });
    const opening = openSeatMap(eventId, { ...this.#settings, onReservationsSeen });
    const entry: Entry = {
      opening,
      map: undefined,
      users: 0,
      wantedAtMs: Number.NEGATIVE_INFINITY,
      closeTimer: undefined,
    };
    this.#entries.set(eventId, entry);
    const forget = () => {
      if (this.#entries.get(eventId) === entry) this.#entries.delete(eventId);
    };
    opening.then((opened) => {
      entry.map = opened?.map;
      if (opened === null) forget();
    }, forget);
    return entry;
  }

  #release(eventId: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || this.#disposed) return;
    this.#closeUnlessWanted(eventId, entry, this.#settings.lingerMs);
  }

  #closeUnlessWanted(eventId: string, entry: Entry, waitMs: number): void {
    entry.closeTimer = setTimeout(() => {
      const leftMs = entry.wantedAtMs + this.#settings.lingerMs - this.#settings.monotonicNow();
      if (leftMs > 0) this.#closeUnlessWanted(eventId, entry, leftMs);
      else this.#close(eventId, entry);
    }, waitMs);
  }

  #close(eventId: string, entry: Entry): void {
    clearTimeout(entry.closeTimer);
    this.#entries.delete(eventId);
    const closed = entry.opening
      .then((opened) => opened?.[Symbol.asyncDispose]())
      .catch((err: unknown) => this.#settings.logger.debug({ err, eventId }, 'a seat map was never open'))
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
