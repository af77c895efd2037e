import type { Logger } from 'pino';
import type { ExpiryNotifications } from '../coordination/coordination.ts';
import type { ReservationKey } from '../domain/records.ts';
import type { Telemetry } from '../telemetry/happenings.ts';
import { Deadlines } from './deadlines.ts';
import { type Expire, Housekeeping, type Overdue } from './housekeeping.ts';
import type { StoreClock } from './store-clock.ts';

/** If no announcement follows a touch within this, the store is asked. */
const ANSWER_WITHIN_MS = 100;

/** How early an announcement may be by this node's clock, which is behind the store's by up to a round trip. */
const ANNOUNCED_EARLY_MS = 1_000;

/** Nodes other than the one that granted a reservation touch its key this much later. Mostly they hear of its end before. */
const OTHERS_TOUCH_AFTER_MS = 25;

/** Nodes other than the one that granted a reservation ask the store this much later; a third of it is random. */
const OTHERS_ASK_AFTER_MS = 120;

/** Pause before the store is asked again about a reservation. It doubles each time; half of it is random. */
const ASK_AGAIN_MS = 500;

const MAX_ASK_AGAIN_MS = 2_000;

/** A seat map of this node. */
interface ShownMap {
  readonly eventId: string;
  /** Undefined if the reservation holds no seats. */
  deadlineOf(reservationId: string): number | undefined;
  /** A change may have been missed. */
  doubt(): void;
}

/** All seat maps of this node. Their reservations are watched too, whichever node granted them. */
export interface ShownMaps {
  peek(eventId: string): ShownMap | undefined;
  /** A map may have learned something about these reservations. Returns how to stop. */
  onReservationsSeen(
    listener: (seen: { readonly map: ShownMap; readonly reservationIds: Iterable<string> }) => void,
  ): () => void;
}

export interface ExpirySettings {
  readonly notifications: ExpiryNotifications;
  readonly seatMaps: ShownMaps;
  readonly clock: StoreClock;
  readonly expire: Expire;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** A reservation before its deadline (`held`), touched at its deadline, announced by Redis, or one that the store was asked to end. */
interface Watched extends Overdue {
  /** Whether this node granted it. Then it ends it, whether it shows the event or not. */
  granted: boolean;
  state: 'held' | 'announced' | 'touched' | 'asked';
  /** How often the store was asked. */
  asks: number;
}

/**
 * Ends reservations on time (DESIGN §6): those that this node granted, and those on maps that it shows. An expired key only says when to
 * ask the store, not that a seat is free: the reservation may have been extended or booked by a change that was checked before the
 * deadline and is committed, or announced, after it. The node that granted a reservation asks first. Maps show its end once it is written,
 * which one node does. The clock must have been read before.
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
      onDone: (asked, ended) => this.#onWritten(asked, ended),
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
      if (granted && !known.granted && known.state === 'held') this.#deadlines.set(key, deadlineMs);
      known.granted ||= granted;
      return;
    }
    const grantedHere = granted || known?.granted === true;
    this.#watched.set(key, { eventId, reservationId, deadlineMs, granted: grantedHere, state: 'held', asks: 0 });
    this.#deadlines.set(key, grantedHere ? deadlineMs : deadlineMs + OTHERS_TOUCH_AFTER_MS);
  }

  #forget(key: string): void {
    this.#watched.delete(key);
    this.#deadlines.delete(key);
  }

  #onSeen(map: ShownMap, reservationIds: Iterable<string>): void {
    for (const reservationId of reservationIds) {
      const reservation = { eventId: map.eventId, reservationId };
      const deadlineMs = map.deadlineOf(reservationId);
      if (deadlineMs === undefined) this.#forget(keyOf(reservation));
      else this.#watch(reservation, deadlineMs, false);
    }
  }

  #onDue(keys: readonly string[]): void {
    const due = keys.flatMap((key) => this.#watched.get(key) ?? []);
    const toTouch = due.filter((watched) => watched.state === 'held' && this.#mattersHere(watched));
    const unanswered = due.filter(({ state }) => state === 'touched').length;
    for (const watched of due) this.#advance(watched);
    if (unanswered > 0) this.#settings.telemetry.emit('expiry:unannounced', unanswered);
    if (toTouch.length === 0) return;
    this.#settings.telemetry.emit('expiry:touched', toTouch.length);
    void this.#settings.notifications.touch(toTouch);
  }

  #advance(watched: Watched): void {
    switch (watched.state) {
      case 'held':
        this.#awaitAnnouncement(watched);
        break;
      case 'announced':
      case 'touched':
      case 'asked':
        this.#ask(watched);
    }
  }

  #awaitAnnouncement(watched: Watched): void {
    if (!this.#mattersHere(watched)) {
      this.#forget(keyOf(watched));
      return;
    }
    watched.state = 'touched';
    this.#callAgainIn(watched, ANSWER_WITHIN_MS);
  }

  /** Reservations of a map that is no longer shown are left to the nodes that granted them. */
  #mattersHere({ eventId, granted }: Watched): boolean {
    return granted || this.#settings.seatMaps.peek(eventId) !== undefined;
  }

  #onAnnounced(reservation: ReservationKey): void {
    const watched = this.#watched.get(keyOf(reservation));
    if (watched === undefined) return;
    this.#settings.telemetry.emit('expiry:announced');
    if (watched.state === 'asked' || watched.state === 'announced') return;
    const aheadMs = watched.deadlineMs - this.#settings.clock.now();
    if (aheadMs > ANNOUNCED_EARLY_MS) return;
    watched.state = 'announced';
    if (!watched.granted) {
      const afterMs = OTHERS_ASK_AFTER_MS * (1 - this.#settings.random() / 3);
      this.#callAgainIn(watched, Math.max(aheadMs, 0) + afterMs);
    } else if (aheadMs <= 0) {
      this.#ask(watched);
    }
  }

  /** Repeated until the reservation is known to have ended, because the store may not answer. */
  #ask(watched: Watched): void {
    this.#housekeeping.add(watched);
    watched.state = 'asked';
    watched.asks += 1;
    const waitMs = Math.min(ASK_AGAIN_MS * 2 ** (watched.asks - 1), MAX_ASK_AGAIN_MS);
    this.#callAgainIn(watched, waitMs * (1 - this.#settings.random() / 2));
  }

  #callAgainIn(watched: Watched, waitMs: number): void {
    this.#deadlines.set(keyOf(watched), this.#settings.clock.now() + waitMs);
  }

  #onWritten(asked: readonly Overdue[], ended: readonly string[]): void {
    for (const { deadlineMs } of asked.filter(({ reservationId }) => ended.includes(reservationId))) {
      this.#settings.telemetry.emit('expiry:ended', this.#settings.clock.now() - deadlineMs);
    }
    for (const reservation of asked) {
      const key = keyOf(reservation);
      if (ended.includes(reservation.reservationId)) this.#forget(key);
      const notOver = this.#watched.get(key);
      if (notOver !== undefined) this.#onNotOver(notOver);
    }
  }

  /** After the first time, another node may be ending it just now, and will announce it. Later, the announcement was lost. */
  #onNotOver(watched: Watched): void {
    if (watched.state !== 'asked' || watched.asks < 2) return;
    const map = this.#settings.seatMaps.peek(watched.eventId);
    if (map?.deadlineOf(watched.reservationId) === undefined) this.#forget(keyOf(watched));
    else map.doubt();
  }
}

function keyOf({ eventId, reservationId }: ReservationKey): string {
  return `${eventId}:${reservationId}`;
}
