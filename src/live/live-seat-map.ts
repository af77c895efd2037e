import type { Logger } from 'pino';
import type { Coordination } from '../coordination/coordination.ts';
import type { LoggedChange } from '../domain/change.ts';
import type { EventState } from '../domain/event-state.ts';
import type { PublicSeats } from '../domain/seat.ts';
import { Listeners } from '../listeners.ts';
import { EventFeed, type EventFeedSettings } from './event-feed.ts';
import { type Delta, type Frame, Frames, frameWindowMs, type Snapshot } from './frames.ts';
import { KnownReservations } from './known-reservations.ts';
import { LiveEvent } from './live-event.ts';
import { SeatMap } from './seat-map.ts';

/** Interval of comparisons with the store. A quarter of it is random, so that maps and nodes do not compare together. */
const COMPARE_EVERY_MS = 300_000;

export interface LiveSeatMapSettings extends EventFeedSettings<EventState> {
  readonly clock: { now(): number; nowAtMost(): number };
  readonly monotonicNow: () => number;
  /** As in `KnownReservationsSettings`. */
  readonly readReservationIds: (eventId: string, limit: number) => Promise<Uint32Array>;
  readonly coordination: Pick<Coordination, 'reachable' | 'onReachableChange'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** For how long changes are collected into a frame, or longer while the event loop lags. */
  readonly frameMs: number;
  readonly loopLagMs: () => number;
  readonly logger: Logger;
  /** The map may have learned about these reservations: their deadline, or that they no longer hold seats. */
  readonly onReservationsSeen: (map: LiveSeatMap, reservationIds: Iterable<string>) => void;
}

/** The seat map of an event, from which all of its viewers on this node are served: applies the changes of the event's feed, and emits frames. */
export class LiveSeatMap implements AsyncDisposable {
  readonly eventId: string;
  /** The event's row. Only reliable while the map is live. */
  readonly event: LiveEvent;
  readonly #settings: LiveSeatMapSettings;
  readonly #feed: EventFeed<EventState>;
  readonly #seats: SeatMap;
  readonly #frames: Frames;
  readonly #reservations: KnownReservations;
  readonly #reservationsChanged = new Listeners<readonly string[]>();
  readonly #closed = new Listeners<void>();
  readonly #stopWatching: () => void;
  #compareTimer: NodeJS.Timeout | undefined;
  #comparing: Promise<void> | undefined;
  #disposed = false;

  /** Null if there is no such event; rejects if the store cannot be read. */
  static async open(eventId: string, settings: LiveSeatMapSettings): Promise<LiveSeatMap | null> {
    const opened = await EventFeed.open(eventId, settings);
    return opened && new LiveSeatMap(settings, opened.feed, opened.state);
  }

  private constructor(settings: LiveSeatMapSettings, feed: EventFeed<EventState>, state: EventState) {
    this.eventId = feed.eventId;
    this.#settings = settings;
    this.#feed = feed;
    this.#seats = new SeatMap(state);
    this.event = new LiveEvent(state, () => settings.clock.now());
    this.#frames = new Frames(this.#seats, () => frameWindowMs(settings.frameMs, settings.loopLagMs()));
    this.#frames.subscribe(({ seats }) => settings.telemetry.emit('frame:made', seats.length));
    this.#reservations = new KnownReservations({
      read: (limit) => settings.readReservationIds(feed.eventId, limit),
      monotonicNow: settings.monotonicNow,
    });
    this.#stopWatching = settings.coordination.onReachableChange((reachable) => {
      if (reachable) feed.doubt();
    });
    this.#compareLater();
    settings.onReservationsSeen(this, this.#seats.reservationIds);
    feed.follow({ onChange: (change) => this.#onChange(change), onReset: (newState) => this.#onReset(newState) });
  }

  /** False while changes may be missing. The map is shown nevertheless. */
  get isLive(): boolean {
    return this.#settings.coordination.reachable && this.#feed.isUpToDate;
  }

  /** Of the last change that was applied. */
  get revision(): number {
    return this.#seats.revision;
  }

  get snapshot(): Snapshot {
    return this.#frames.snapshot;
  }

  /** Current public statuses, as far as this node knows. Undefined if they must be read from the store. */
  get shown(): PublicSeats | undefined {
    return this.isLive ? this.#seats.shownAt(this.#settings.clock.nowAtMost()) : undefined;
  }

  /** The difference from a map at that revision to the last frame; undefined if a snapshot is needed. */
  since(revision: number): Delta | undefined {
    return this.#frames.since(revision);
  }

  /** Calls back with every frame after the current snapshot. Returns how to stop. */
  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#frames.subscribe(listener);
  }

  onClosed(listener: () => void): () => void {
    return this.#closed.add(listener);
  }

  /** Calls back with reservations whose state may have changed. Returns how to stop. */
  onReservationsChanged(listener: (reservationIds: readonly string[]) => void): () => void {
    return this.#reservationsChanged.add(listener);
  }

  /** True only for a seat that the store would refuse, as far as this map knows. Only reliable while the map is live. */
  isTaken(index: number): boolean {
    return this.#seats.isTaken(index, this.#settings.clock.nowAtMost());
  }

  /** False only for a reservation that the event never had, as far as this map knows. Only reliable while the map is live. */
  mayHaveHad(reservationId: string): boolean | Promise<boolean> {
    return this.#reservations.mayHave(reservationId);
  }

  /** By the store's clock; undefined if the reservation holds no seats here. */
  deadlineOf(reservationId: string): number | undefined {
    return this.#seats.deadlineOf(reservationId);
  }

  /** Changes may have been missed: the store is asked soon. */
  doubt(): void {
    this.#feed.doubt();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#compareTimer);
    this.#stopWatching();
    this.#frames[Symbol.dispose]();
    this.#closed.tell();
    this.event[Symbol.dispose]();
    await this.#feed[Symbol.asyncDispose]();
    await this.#comparing;
  }

  #onChange(change: LoggedChange): void {
    this.#frames.touch(this.#seats.apply(change));
    this.event.apply(change);
    const { facts } = change.change;
    for (const fact of facts) if (fact.kind === 'reservation-created') this.#reservations.add(fact.reservationId);
    const reservationIds = facts.flatMap((fact) => ('reservationId' in fact ? fact.reservationId : []));
    if (reservationIds.length === 0) return;
    this.#settings.onReservationsSeen(this, reservationIds);
    this.#reservationsChanged.tell(reservationIds);
  }

  #onReset(state: EventState): void {
    this.#reservations.forget();
    const before = this.#seats.reservationIds;
    this.#frames.touch(this.#seats.reset(state));
    this.event.reset(state);
    const reservationIds = [...new Set([...before, ...this.#seats.reservationIds])];
    this.#settings.onReservationsSeen(this, reservationIds);
    this.#reservationsChanged.tell(reservationIds);
  }

  #compareLater(): void {
    if (this.#disposed) return;
    this.#compareTimer = setTimeout(
      () => {
        this.#comparing = this.#compare();
      },
      COMPARE_EVERY_MS * (1 - this.#settings.random() / 4),
    );
  }

  /** Checks that the log itself is right. If the store does not answer, the next comparison tries again. */
  async #compare(): Promise<void> {
    const { load, telemetry, logger } = this.#settings;
    const { eventId } = this;
    try {
      const state = await load(eventId);
      if (state === null || this.#disposed) return;
      telemetry.emit('map:compared', eventId, this.#comparedWith(state));
    } catch (err) {
      logger.debug({ err, eventId }, 'a seat map was not compared with the store');
    }
    this.#compareLater();
  }

  #comparedWith(state: EventState): 'equal' | 'missed' | 'different' {
    const { eventId, revision } = this;
    if (state.revision !== revision) return 'missed';
    const seatIndexes = this.#seats.differencesFrom(state);
    if (seatIndexes.length === 0 && !this.event.differsFrom(state)) return 'equal';
    const some = seatIndexes.slice(0, 20);
    this.#settings.logger.error({ eventId, revision, seatIndexes: some }, 'a seat map differed from the store');
    this.#feed.reload();
    return 'different';
  }
}
