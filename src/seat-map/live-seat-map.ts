import type { Logger } from 'pino';
import type { Coordination, EventChange, SeatChange } from '../coordination/coordination.ts';
import { Listeners } from '../coordination/listeners.ts';
import { type ComparedStore, type Comparison, Comparisons } from './comparisons.ts';
import { frameWindowMs } from './frame-window.ts';
import { type Frame, Frames, type Snapshot } from './frames.ts';
import { KnownReservations } from './known-reservations.ts';
import { Repairs } from './repairs.ts';
import { SeatMap } from './seat-map.ts';
import type { SeatStates } from './seat-states.ts';
import type { StateReader, StateReaderSettings } from './state-reader.ts';
import type { ShownSeatMap } from './updates.ts';

export interface LiveSeatMapSettings extends StateReaderSettings, ComparedStore {
  readonly coordination: Pick<Coordination, 'bus' | 'reachable' | 'onReachableChange'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** Changes are gathered this long, or longer while the event loop lags. */
  readonly frameMs: number;
  readonly loopLagMs: () => number;
  readonly logger: Logger;
  /** As `KnownReservationsSettings` has it. */
  readonly readReservationIds: (eventId: string, limit: number) => Promise<Uint32Array>;
  /** The map was found to have seen all that the store has, or not. */
  readonly onCompared: (eventId: string, result: Comparison) => void;
  /** The map was read anew from the store, which differed in so many seats. */
  readonly onRepaired: (eventId: string, differences: number) => void;
  /** Changes of so many seats were told in a frame. */
  readonly onFrame: (seats: number) => void;
  /** The map may have learned something of these reservations: their deadline, or that they hold seats no more. */
  readonly onReservationsSeen: (map: LiveSeatMap, reservationIds: Iterable<string>) => void;
}

/** One event's map, from which everyone on this node is served, kept equal to the store. */
export class LiveSeatMap implements ShownSeatMap, AsyncDisposable {
  readonly eventId: string;
  readonly #settings: LiveSeatMapSettings;
  readonly #reader: StateReader;
  readonly #seats: SeatMap;
  readonly #reservations: KnownReservations;
  readonly #frames: Frames;
  readonly #repairs: Repairs;
  readonly #comparisons: Comparisons;
  readonly #reservationsChanged = new Listeners<readonly string[]>();
  readonly #closed = new Listeners<void>();
  readonly #stopWatching: () => void;
  #eventVersion = 0;

  /** `states` has just been read by `reader`. The caller passes on what the bus tells. */
  constructor(eventId: string, settings: LiveSeatMapSettings, reader: StateReader, states: SeatStates) {
    this.eventId = eventId;
    this.#settings = settings;
    this.#reader = reader;
    this.#seats = new SeatMap(states);
    this.#reservations = new KnownReservations({
      read: (limit) => settings.readReservationIds(eventId, limit),
      monotonicNow: settings.monotonicNow,
    });
    this.#frames = new Frames(this.#seats, () => frameWindowMs(settings.frameMs, settings.loopLagMs()));
    this.#frames.subscribe(({ seats }) => settings.onFrame(seats.length));
    this.#repairs = new Repairs({
      repair: () => this.#readAgain(),
      isDegraded: () => !settings.coordination.reachable,
      onFailed: (err) => settings.logger.warn({ err, eventId }, 'a seat map could not be repaired from the store'),
      monotonicNow: settings.monotonicNow,
      random: settings.random,
    });
    this.#comparisons = new Comparisons({
      eventId,
      store: settings,
      seats: this.#seats,
      isRepairing: () => !this.isLive,
      onCompared: (result) => this.#onCompared(result),
      onFailed: (err) => settings.logger.debug({ err, eventId }, 'a seat map was not compared with the store'),
      random: settings.random,
    });
    this.#stopWatching = settings.coordination.onReachableChange(() => this.repair());
    if (!settings.coordination.reachable) this.repair();
    settings.onReservationsSeen(this, this.#seats.reservationIds);
  }

  /** False while changes may be missing here. The map stays shown all the same. */
  get isLive(): boolean {
    return this.#settings.coordination.reachable && !this.#repairs.isNeeded;
  }

  /** Another one when the event itself may have changed, its sales status for one. Ask only while the map is live. */
  get eventVersion(): number {
    return this.#eventVersion;
  }

  get snapshot(): Snapshot {
    return this.#frames.snapshot;
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

  /** What a commit changed, as the bus tells it, in any order and any number of times. */
  receive(change: EventChange): void {
    if (change.seats.length === 0) this.#eventVersion += 1;
    this.apply(change.seats, change.reservationIds);
    if (change.reservationIds.length > 0) this.#reservationsChanged.tell(change.reservationIds);
  }

  /** As `receive`, without telling those who watch reservations. */
  apply(seats: readonly SeatChange[], reservationIds: readonly string[]): void {
    this.#reader.hear(seats);
    this.#frames.touch(this.#seats.apply(seats));
    const holders = seats.flatMap(({ reservationId }) => reservationId ?? []);
    const seen = new Set([...reservationIds, ...holders]);
    this.#reservations.hear(seen);
    this.#settings.onReservationsSeen(this, seen);
  }

  /** Something may have been missed: reads the store as soon as that may be done again. */
  repair(): void {
    this.#reservations.forget();
    this.#eventVersion += 1;
    this.#repairs.ask();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopWatching();
    this.#frames[Symbol.dispose]();
    this.#closed.tell();
    await this.#comparisons[Symbol.asyncDispose]();
    await this.#repairs[Symbol.asyncDispose]();
  }

  #onCompared(result: Comparison): void {
    this.#settings.onCompared(this.eventId, result);
    if (result === 'different') this.repair();
  }

  async #readAgain(): Promise<void> {
    const differences = await this.#reader.read((states) => this.#replace(states));
    if (differences === null) throw new Error('the event is gone from the store');
    this.#settings.onRepaired(this.eventId, differences);
  }

  /** Gives how many seats differed to the public. */
  #replace(states: SeatStates): number {
    const reservationIds = this.#seats.reservationsDiffering(states);
    const differing = this.#seats.replace(states);
    this.#frames.touch(differing);
    this.#settings.onReservationsSeen(this, this.#seats.reservationIds);
    if (reservationIds.length > 0) this.#reservationsChanged.tell(reservationIds);
    return differing.length;
  }
}
