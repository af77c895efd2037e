import type { Logger } from 'pino';
import type { Coordination } from '../coordination/coordination.ts';
import type { LoggedChange } from '../domain/change.ts';
import type { EventState } from '../domain/event-state.ts';
import { Listeners } from '../listeners.ts';
import { EventFeed, type EventFeedSettings } from './event-feed.ts';
import { type Delta, type Frame, Frames, frameWindowMs, type Snapshot } from './frames.ts';
import { KnownReservations } from './known-reservations.ts';
import { LiveEvent } from './live-event.ts';
import { SeatMap } from './seat-map.ts';

/** Between two comparisons of a map with the store. A quarter of it varies, so that maps and nodes spread over time. */
const COMPARE_EVERY_MS = 300_000;

export interface LiveSeatMapSettings extends EventFeedSettings<EventState> {
  readonly clock: { now(): number; nowAtMost(): number };
  readonly monotonicNow: () => number;
  /** As `KnownReservationsSettings` has it. */
  readonly readReservationIds: (eventId: string, limit: number) => Promise<Uint32Array>;
  readonly coordination: Pick<Coordination, 'reachable' | 'onReachableChange'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Changes are gathered this long, or longer while the event loop lags. */
  readonly frameMs: number;
  readonly loopLagMs: () => number;
  readonly logger: Logger;
  /** The map may have learned something of these reservations: their deadline, or that they hold seats no more. */
  readonly onReservationsSeen: (map: LiveSeatMap, reservationIds: Iterable<string>) => void;
}

/** One event's map, from which everyone on this node is served: what the event's feed tells, applied and told in frames. */
export class LiveSeatMap implements AsyncDisposable {
  readonly eventId: string;
  /** Its own row. Ask only while the map is live. */
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

  /** False while changes may be missing here. The map stays shown all the same. */
  get isLive(): boolean {
    return this.#settings.coordination.reachable && this.#feed.isUpToDate;
  }

  /** Of the last change that is known here. */
  get revision(): number {
    return this.#seats.revision;
  }

  get snapshot(): Snapshot {
    return this.#frames.snapshot;
  }

  /** From a map of that revision to the last frame; undefined where a snapshot must do. */
  since(revision: number): Delta | undefined {
    return this.#frames.since(revision);
  }

  /** Told at once of every frame after the snapshot of this moment. Returns how to stop. */
  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#frames.subscribe(listener);
  }

  onClosed(listener: () => void): () => void {
    return this.#closed.add(listener);
  }

  /** Tells of reservations whose state changed, or whose time ran out. Returns how to stop. */
  onReservationsChanged(listener: (reservationIds: readonly string[]) => void): () => void {
    return this.#reservationsChanged.add(listener);
  }

  /** True only for a seat that the store, as far as this map knows, would refuse. Ask only while the map is live. */
  isTaken(index: number): boolean {
    return this.#seats.isTaken(index, this.#settings.clock.nowAtMost());
  }

  /** False only for a reservation that the event, as far as this map knows, never had. Ask only while the map is live. */
  mayHaveHad(reservationId: string): boolean | Promise<boolean> {
    return this.#reservations.mayHave(reservationId);
  }

  /** By the store's clock; undefined if the reservation holds no seats here. */
  deadlineOf(reservationId: string): number | undefined {
    return this.#seats.deadlineOf(reservationId);
  }

  /** Something may have been missed: the store is asked soon. */
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

  /** Shows that the log itself is right. A store that does not answer now may do so the next time. */
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
