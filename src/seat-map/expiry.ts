import type { Logger } from 'pino';
import type { EventChange, ExpiryNotifications, ReservationKey } from '../coordination/coordination.ts';
import { Deadlines } from './deadlines.ts';
import { type Expire, Housekeeping } from './housekeeping.ts';
import type { LiveSeatMap } from './live-seat-map.ts';
import type { LiveSeatMaps } from './live-seat-maps.ts';
import type { StoreClock } from './store-clock.ts';

/** A poke that was not answered by then will not be: the store is asked instead. */
const ANSWER_WITHIN_MS = 100;

/** An announcement may come this much before the deadline by this node's clock, which runs behind by a round trip. */
const ANNOUNCED_EARLY_MS = 1_000;

/** The node that granted a reservation has this long for the housekeeping, before others do it; half of it varies. */
const OTHERS_AFTER_MS = 2_000;

export interface ExpirySettings {
  readonly notifications: ExpiryNotifications;
  readonly seatMaps: LiveSeatMaps;
  readonly clock: StoreClock;
  readonly expire: Expire;
  /** Tells the other nodes. Never rejects. */
  readonly publish: (eventId: string, change: EventChange) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** A reservation that is held until its deadline, then poked until it is announced, then lapsed until it is written. */
interface Watched extends ReservationKey {
  readonly deadlineMs: number;
  /** By this node, which then does the housekeeping. */
  granted: boolean;
  state: 'held' | 'announced early' | 'poked' | 'lapsed';
}

/**
 * Makes reservations end on time (DESIGN §5): those this node granted and those on maps it shows. A seat is taken for free
 * only when its deadline is past by the store's clock and either its key was announced as expired or the store says so.
 * Needs a clock that has been read.
 */
export class Expiry implements AsyncDisposable {
  readonly #settings: ExpirySettings;
  readonly #watched = new Map<string, Watched>();
  readonly #deadlines: Deadlines;
  readonly #housekeeping: Housekeeping;
  readonly #stops: readonly (() => void)[];

  constructor(settings: ExpirySettings) {
    this.#settings = settings;
    this.#deadlines = new Deadlines(settings.clock, (keys) => this.#onDue(keys));
    this.#housekeeping = new Housekeeping({
      expire: settings.expire,
      onDone: (eventId, asked, change) => this.#onWritten(eventId, asked, change),
      onFailed: (eventId, err) => settings.logger.warn({ err, eventId }, 'lapsed reservations could not be ended'),
    });
    this.#stops = [
      settings.notifications.onExpired((reservation) => this.#onAnnounced(reservation)),
      settings.seatMaps.onReservationsSeen(({ map, reservationIds }) => this.#onSeen(map, reservationIds)),
    ];
  }

  /** This node has committed the reservation, or a new deadline of it, by the store's clock. */
  granted(reservation: ReservationKey, deadlineMs: number): void {
    this.#watch(reservation, deadlineMs, true);
  }

  /** This node has confirmed or cancelled the reservation. */
  ended(reservation: ReservationKey): void {
    this.#forget(keyOf(reservation));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#deadlines[Symbol.dispose]();
    await this.#housekeeping[Symbol.asyncDispose]();
  }

  #watch({ eventId, reservationId }: ReservationKey, deadlineMs: number, granted: boolean): void {
    const key = keyOf({ eventId, reservationId });
    const known = this.#watched.get(key);
    if (known?.deadlineMs === deadlineMs) {
      known.granted ||= granted;
      return;
    }
    const grantedHere = granted || known?.granted === true;
    this.#watched.set(key, { eventId, reservationId, deadlineMs, granted: grantedHere, state: 'held' });
    this.#deadlines.set(key, deadlineMs);
  }

  #forget(key: string): void {
    this.#watched.delete(key);
    this.#deadlines.delete(key);
  }

  #onSeen(map: LiveSeatMap, reservationIds: Iterable<string>): void {
    for (const reservationId of reservationIds) {
      const reservation = { eventId: map.eventId, reservationId };
      const deadlineMs = map.deadlineOf(reservationId);
      if (deadlineMs === undefined) this.#forget(keyOf(reservation));
      else this.#watch(reservation, deadlineMs, false);
    }
  }

  #onDue(keys: readonly string[]): void {
    const due = keys.flatMap((key) => this.#watched.get(key) ?? []);
    const toPoke = due.filter((watched) => watched.state === 'held' && this.#mattersHere(watched));
    for (const watched of due) this.#advance(watched);
    if (toPoke.length > 0) void this.#settings.notifications.poke(toPoke);
  }

  #advance(watched: Watched): void {
    switch (watched.state) {
      case 'held':
        this.#awaitAnnouncement(watched);
        break;
      case 'announced early':
        this.#lapse(watched);
        break;
      case 'poked':
      case 'lapsed':
        this.#write(watched);
    }
  }

  #awaitAnnouncement(watched: Watched): void {
    if (!this.#mattersHere(watched)) {
      this.#forget(keyOf(watched));
      return;
    }
    watched.state = 'poked';
    this.#callAgainIn(watched, ANSWER_WITHIN_MS);
  }

  /** A map that is no longer shown leaves its reservations to those who granted them. */
  #mattersHere({ eventId, granted }: Watched): boolean {
    return granted || this.#settings.seatMaps.shown(eventId) !== undefined;
  }

  #onAnnounced(reservation: ReservationKey): void {
    const watched = this.#watched.get(keyOf(reservation));
    if (watched === undefined || watched.state === 'lapsed') return;
    const aheadMs = watched.deadlineMs - this.#settings.clock.now();
    if (aheadMs <= 0) this.#lapse(watched);
    else if (aheadMs <= ANNOUNCED_EARLY_MS) watched.state = 'announced early';
  }

  #lapse(watched: Watched): void {
    this.#settings.seatMaps.shown(watched.eventId)?.lapse(watched.reservationId);
    if (watched.granted) this.#write(watched);
    else this.#callAgainLater(watched);
  }

  /** Asked again until the reservation is seen to be over, as the store may not answer. */
  #write(watched: Watched): void {
    this.#housekeeping.add(watched);
    this.#callAgainLater(watched);
  }

  #callAgainLater(watched: Watched): void {
    watched.state = 'lapsed';
    this.#callAgainIn(watched, OTHERS_AFTER_MS * (1 - this.#settings.random() / 2));
  }

  #callAgainIn(watched: Watched, waitMs: number): void {
    this.#deadlines.set(keyOf(watched), this.#settings.clock.now() + waitMs);
  }

  #onWritten(eventId: string, asked: readonly string[], change: EventChange): void {
    const map = this.#settings.seatMaps.shown(eventId);
    map?.apply(change.seats, change.reservationIds);
    if (change.reservationIds.length > 0) void this.#settings.publish(eventId, change);
    for (const reservationId of change.reservationIds) this.#forget(keyOf({ eventId, reservationId }));

    const notOver = asked.flatMap((reservationId) => this.#watched.get(keyOf({ eventId, reservationId })) ?? []);
    for (const watched of notOver) this.#onNotOver(watched, map);
  }

  /** Extended or ended elsewhere: if this node had heard of it, the reservation would not count as lapsed any more. */
  #onNotOver(watched: Watched, map: LiveSeatMap | undefined): void {
    if (watched.state !== 'lapsed') return;
    if (map?.deadlineOf(watched.reservationId) === undefined) this.#forget(keyOf(watched));
    else map.repair();
  }
}

function keyOf({ eventId, reservationId }: ReservationKey): string {
  return `${eventId}:${reservationId}`;
}
