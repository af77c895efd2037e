import type { Logger } from 'pino';
import type { ExpiryNotifications } from '../coordination/coordination.ts';
import type { ReservationKey } from '../domain/records.ts';
import type { Telemetry } from '../telemetry/happenings.ts';
import { Deadlines } from './deadlines.ts';
import { type Expire, Housekeeping, type Overdue } from './housekeeping.ts';
import type { StoreClock } from './store-clock.ts';

/** A touch that was not answered by then will not be: the store is asked instead. */
const ANSWER_WITHIN_MS = 100;

/** An announcement may come this much before the deadline by this node's clock, which runs behind by a round trip. */
const ANNOUNCED_EARLY_MS = 1_000;

/** The node that granted a reservation touches its key on time, others so much later: mostly they hear of it before. */
const OTHERS_TOUCH_AFTER_MS = 25;

/** The node that granted a reservation, which asks at once, has this long to tell the others; a third of it varies. */
const OTHERS_ASK_AFTER_MS = 120;

/** Between the first two times the store is asked about a reservation; twice as long each time, half of it varies. */
const ASK_AGAIN_MS = 500;

const MAX_ASK_AGAIN_MS = 2_000;

/** A map that this node shows, of which it knows every change. */
interface ShownMap {
  readonly eventId: string;
  /** Undefined where the reservation holds nothing. */
  deadlineOf(reservationId: string): number | undefined;
  /** Something may have been missed. */
  doubt(): void;
}

/** All of them: their reservations are watched too, whoever granted them. */
export interface ShownMaps {
  peek(eventId: string): ShownMap | undefined;
  /** Something may have been learned of these reservations. Returns how to stop. */
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

/** A reservation that is held until its deadline, then touched until it is announced; then the store is asked to end it. */
interface Watched extends Overdue {
  /** By this node, which ends it whether the event is shown or not. */
  granted: boolean;
  state: 'held' | 'announced' | 'touched' | 'asked';
  /** How often the store was asked. */
  asks: number;
}

/**
 * Makes reservations end on time (DESIGN §6): those this node granted and those on maps it shows. A key that expired only
 * says when to ask the store, not that a seat is free: the reservation may be extended or booked by a change that was
 * judged before the deadline and is committed, or told of, after it. The node that granted it asks first, and the write
 * that ends a reservation, which only one node makes, is what all show. Needs a clock that has been read.
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

  /** A map that is no longer shown leaves its reservations to those who granted them. */
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

  /** Again until the reservation is seen to be over, as the store may not answer. */
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

  /** At first another node may be ending it at this very moment, and will tell. Later, news of it was lost. */
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
