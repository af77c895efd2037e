import type { PublicSeats } from '../domain/seat.ts';
import { Listeners } from '../listeners.ts';
import { LiveSeatMap, type LiveSeatMapSettings } from './live-seat-map.ts';

export interface LiveSeatMapsSettings extends Omit<LiveSeatMapSettings, 'onReservationsSeen'> {
  /** How long a map is kept after its last use, for readers that reconnect. */
  readonly lingerMs: number;
  /** Maps in memory at once. Beyond it, the least recently used map that nobody uses is closed. */
  readonly maxMaps: number;
  readonly monotonicNow: () => number;
}

/** The node has as many maps in use as it may keep. */
export class TooManySeatMaps extends Error {
  override readonly name = 'TooManySeatMaps';
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
  readonly opening: Promise<LiveSeatMap | null>;
  map: LiveSeatMap | undefined;
  users: number;
  /** When it was last prewarmed, by `monotonicNow`. */
  wantedAtMs: number;
  closeTimer: NodeJS.Timeout | undefined;
}

/** The seat maps of this node: each is opened at its first use, shared, and closed a while after its last use. */
export class LiveSeatMaps implements AsyncDisposable {
  readonly #settings: LiveSeatMapsSettings;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #reservationsSeen = new Listeners<ReservationsSeen>();
  #disposed = false;

  constructor(settings: LiveSeatMapsSettings) {
    this.#settings = settings;
  }

  /** Number of maps, including those being opened. */
  get count(): number {
    return this.#entries.size;
  }

  /** The map if it is open and no change can be missing. */
  get(eventId: string): LiveSeatMap | undefined {
    const map = this.peek(eventId);
    return map?.isLive ? map : undefined;
  }

  /** Of the maps that are live. */
  get liveEventIds(): string[] {
    return [...this.#entries].flatMap(([eventId, { map }]) => (map?.isLive ? [eventId] : []));
  }

  /** Public statuses of the event's seats; undefined if they must be read from the store. */
  shown(eventId: string): PublicSeats | undefined {
    return this.peek(eventId)?.shown;
  }

  /** The map if it is open, live or not. */
  peek(eventId: string): LiveSeatMap | undefined {
    return this.#entries.get(eventId)?.map;
  }

  /**
   * Opens or shares a map: concurrent calls read the store once. Null if there is no such event. Rejects if the store cannot be read, and
   * with `TooManySeatMaps`.
   */
  async open(eventId: string): Promise<SeatMapUse | null> {
    this.#refuseIfDisposed();
    const entry = this.#entries.get(eventId) ?? this.#add(eventId);
    entry.users += 1;
    clearTimeout(entry.closeTimer);
    const map = await entry.opening;
    this.#refuseIfDisposed();
    if (map === null) return null;
    let isReleased = false;
    const release = () => {
      if (!isReleased) this.#release(eventId, entry);
      isReleased = true;
    };
    return { map, [Symbol.dispose]: release };
  }

  /**
   * Opens the map in the background, and keeps it as after a use. For events whose seats are refused, because the map refuses faster.
   * Does nothing while nodes cannot notify each other, because the map would not be live.
   */
  prewarm(eventId: string): void {
    if (!this.#settings.coordination.reachable) return;
    const entry = this.#entries.get(eventId);
    if (entry !== undefined) entry.wantedAtMs = this.#settings.monotonicNow();
    else if (!this.#disposed) void this.#openForNobody(eventId);
  }

  /** Calls back with reservations about which a map may have learned something. Returns how to stop. */
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
    this.#makeRoom();
    const onReservationsSeen = (map: LiveSeatMap, reservationIds: Iterable<string>) =>
      this.#reservationsSeen.tell({ map, reservationIds });
    const opening = LiveSeatMap.open(eventId, { ...this.#settings, onReservationsSeen });
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
      if (opened === null) forget();
      else entry.map = opened;
    }, forget);
    return entry;
  }

  /** Entries are in the order in which they became unused. */
  #makeRoom(): void {
    if (this.#entries.size < this.#settings.maxMaps) return;
    const unused = [...this.#entries].find(([, { users }]) => users === 0);
    if (unused === undefined) throw new TooManySeatMaps('all seat maps that this node may keep are in use');
    this.#close(...unused);
  }

  #release(eventId: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || this.#disposed || this.#entries.get(eventId) !== entry) return;
    this.#entries.delete(eventId);
    this.#entries.set(eventId, entry);
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
