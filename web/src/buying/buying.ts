import {
  BookingDocument,
  type CallOptions,
  type FollowedReservation,
  type HoldfastClient,
  LimitsDocument,
  type LiveStore,
  MyBookingsDocument,
  MyReservationsDocument,
  match,
  newIdempotencyKey,
  type ReservationDetailsFragment,
  type SeatMapState,
  startCountdown,
  statusAt,
} from '@holdfast/client';
import { freeNearby } from '../plan/nearby.ts';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import { createStore, type Store } from '../state/store.ts';
import { keepChoice, keptChoice } from './kept-choice.ts';
import { noticeOf, noticeOfFault } from './notices.ts';
import { persist } from './persist.ts';
import { atFirst, type BuyingState, type Held, type News, type Phase } from './state.ts';

export interface BuyingParts {
  readonly client: Pick<
    HoldfastClient,
    | 'query'
    | 'viewerReservations'
    | 'reservation'
    | 'reserveSeats'
    | 'extendReservation'
    | 'confirmReservation'
    | 'cancelReservation'
  >;
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  tell(news: News): void;
}

type Ended = Extract<Phase, { step: 'ended' }>;

/** A token that has run out makes another guest of somebody, to whom the reservation is not shown. */
const isNotTheirs: readonly string[] = ['NOT_FOUND', 'UNAUTHENTICATED'];

const endings = { EXPIRED: 'expired', CANCELLED: 'cancelled', LOST_SIGHT: 'lostSight' } as const;

/** What a viewer does with an event's seats: choosing, reserving, extending, paying, letting go. */
export class Buying implements Store<BuyingState> {
  readonly #parts: BuyingParts;
  readonly #store = createStore(atFirst);
  /** Of the attempt to reserve of which no answer came: the same seats again are the same intent. */
  #intent: { readonly seatIds: readonly string[]; readonly key: string } | null = null;
  #stopFollowing: () => void = () => {};
  /** Reservations that were held here. */
  readonly #known = new Set<string>();

  constructor(parts: BuyingParts) {
    this.#parts = parts;
  }

  readonly subscribe = (listener: () => void) => this.#store.subscribe(listener);
  readonly getSnapshot = () => this.#store.getSnapshot();

  /** Follows the map, and goes on with what the viewer holds already. Returns how to stop. */
  start(): () => void {
    const stopMap = this.#parts.map.subscribe(() => this.#dropTaken());
    void this.#goOn(keptChoice(this.#parts.plan));
    const stopViewer = this.#followViewer();
    return () => {
      stopMap();
      stopViewer();
      this.#stopFollowing();
    };
  }

  toggle(seat: PlanSeat): void {
    const { phase, chosen, held } = this.getSnapshot();
    if (phase.step === 'reserving' || held.includes(seat)) return;
    if (phase.step === 'held') {
      this.#change({ notice: { kind: 'finishFirst' } });
      return;
    }
    const status = this.#statusOf(seat);
    if (chosen.includes(seat)) {
      this.#change({ chosen: chosen.filter((other) => other !== seat), notice: null });
      this.#parts.tell({ kind: 'removed', seat });
    } else if (status === 'AVAILABLE' && chosen.length >= this.#parts.plan.maxSeats) {
      this.#change({ notice: { kind: 'seatLimit', limit: this.#parts.plan.maxSeats } });
    } else if (status === 'AVAILABLE') {
      this.#change({ phase: { step: 'choosing' }, chosen: [...chosen, seat], notice: null });
      this.#parts.tell({ kind: 'added', seat });
    } else if (status !== undefined) {
      this.#parts.tell({ kind: 'notFree', seat, status });
    }
  }

  clear(): void {
    this.#change({ chosen: [], lost: null, notice: null, phase: { step: 'choosing' } });
  }

  /** Chooses these in the place of what was lost, or has run out, beside what is chosen already. */
  choose(seats: readonly PlanSeat[]): void {
    const { chosen } = this.getSnapshot();
    const free = seats.filter((seat) => this.#statusOf(seat) === 'AVAILABLE' && !chosen.includes(seat));
    this.#change({
      phase: { step: 'choosing' },
      chosen: this.#asManyAsAllowed([...chosen, ...free]),
      lost: null,
      notice: null,
    });
  }

  dismissLost(): void {
    this.#change({ lost: null });
  }

  async reserve(): Promise<void> {
    const { chosen, phase } = this.getSnapshot();
    if (phase.step === 'reserving') return;
    const seatIds = chosen.map(({ id }) => id);
    const isSame = this.#intent?.seatIds.join() === seatIds.join();
    const intent = isSame && this.#intent ? this.#intent : { seatIds, key: newIdempotencyKey() };
    this.#intent = intent;
    this.#change({ phase: { step: 'reserving' }, lost: null, notice: null });
    const input = { eventId: this.#parts.plan.event.id, seatIds, idempotencyKey: intent.key };
    try {
      const outcome = await this.#persist((call) => this.#parts.client.reserveSeats(input, call));
      this.#intent = null;
      match(
        outcome,
        {
          Reservation: (reservation) => this.#hold(reservation),
          SeatsUnavailable: (refusal) => this.#lose(chosen.filter(({ id }) => refusal.seatIds.includes(id))),
        },
        (refusal) => this.#change({ phase: { step: 'choosing' }, notice: noticeOf(refusal) }),
      );
    } catch (error) {
      this.#change({ phase: { step: 'choosing' }, notice: noticeOfFault(error) });
    }
    this.#dropTaken();
  }

  async extend(): Promise<void> {
    await this.#withHeld('extending', async ({ followed }) => {
      const input = { reservationId: followed.reservation.id, idempotencyKey: newIdempotencyKey() };
      const outcome = await this.#persist((call) => this.#parts.client.extendReservation(input, call));
      match(
        outcome,
        {
          Reservation: (reservation) => {
            this.#hear(withCountdown(reservation));
            this.#parts.tell({ kind: 'extended', seconds: Math.ceil(reservation.expiresInMs / 1000) });
          },
          ReservationExpired: () => this.#end('EXPIRED'),
          ReservationNotActive: () => {},
        },
        (refusal) => this.#change({ notice: noticeOf(refusal) }),
      );
    });
  }

  async pay(paymentToken?: string): Promise<void> {
    await this.#withHeld('paying', async ({ followed }) => {
      const input = { reservationId: followed.reservation.id, paymentToken };
      const outcome = await this.#persist((call) => this.#parts.client.confirmReservation(input, call));
      match(
        outcome,
        {
          Booking: (booking) => {
            this.#stopFollowing();
            const booked = [...this.getSnapshot().booked, ...this.#seatsOf(booking.seats)];
            this.#change({ phase: { step: 'booked', booking }, chosen: [], held: [], booked });
            this.#parts.tell({ kind: 'booked', reference: booking.reference });
          },
          ReservationExpired: () => this.#end('EXPIRED'),
          ReservationNotActive: () => {},
        },
        (refusal) => this.#change({ notice: noticeOf(refusal) }),
      );
    });
  }

  /** @param seats some of them; all when left out */
  async letGo(seats?: readonly PlanSeat[]): Promise<void> {
    await this.#withHeld('lettingGo', async ({ followed }) => {
      const seatIds = seats?.map(({ id }) => id);
      const reservationId = followed.reservation.id;
      const input = { reservationId, idempotencyKey: newIdempotencyKey(), ...(seatIds && { seatIds }) };
      const outcome = await this.#persist((call) => this.#parts.client.cancelReservation(input, call));
      match(
        outcome,
        {
          Reservation: (reservation) => this.#hear(withCountdown(reservation)),
          ReservationExpired: () => this.#end('EXPIRED'),
          ReservationNotActive: () => {},
        },
        (refusal) => this.#change({ notice: noticeOf(refusal) }),
      );
    });
  }

  #persist<T>(call: (options: CallOptions) => Promise<T>): Promise<T> {
    return persist((signal) => call({ signal }), {
      ask: (signal) => this.#parts.client.query(LimitsDocument, {}, { signal }),
      onCutOff: (isCutOff) => {
        if (isCutOff !== this.getSnapshot().isCutOff) this.#change({ isCutOff });
      },
    });
  }

  #asManyAsAllowed(seats: readonly PlanSeat[]): readonly PlanSeat[] {
    return seats.slice(0, this.#parts.plan.maxSeats);
  }

  #change(change: Partial<BuyingState>): void {
    this.#store.set({ ...this.getSnapshot(), ...change });
    if (change.chosen) keepChoice(this.#parts.plan, change.chosen);
  }

  #statusOf({ index }: PlanSeat) {
    const { data } = this.#parts.map.getSnapshot();
    return data ? statusAt(data.statuses, index) : undefined;
  }

  #seatsOf(seats: readonly { readonly index: number }[]): readonly PlanSeat[] {
    return seats.flatMap(({ index }) => this.#parts.plan.seats[index] ?? []);
  }

  /** Somebody else was faster with a seat that was only chosen here. */
  #dropTaken(): void {
    const { phase, chosen } = this.getSnapshot();
    if (phase.step !== 'choosing') return;
    const taken = chosen.filter((seat) => (this.#statusOf(seat) ?? 'AVAILABLE') !== 'AVAILABLE');
    if (taken.length > 0) this.#lose(taken);
  }

  #lose(seats: readonly PlanSeat[]): void {
    const { lost, chosen } = this.getSnapshot();
    const all = [...new Set([...(lost?.seats ?? []), ...seats])];
    const left = chosen.filter((seat) => !all.includes(seat));
    const isFree = (seat: PlanSeat) =>
      this.#statusOf(seat) === 'AVAILABLE' && !all.includes(seat) && !left.includes(seat);
    const nearby = freeNearby(this.#parts.plan, all, isFree);
    this.#change({ phase: { step: 'choosing' }, chosen: left, lost: { seats: all, nearby } });
    this.#parts.tell({ kind: 'lost', seats });
  }

  /** What is held comes first; where nothing is, what was chosen before is chosen, as far as it is still free. */
  async #goOn(before: readonly PlanSeat[]): Promise<void> {
    await this.#resume().catch(noticeOfFault);
    const { phase, chosen } = this.getSnapshot();
    if (phase.step !== 'choosing') return;
    this.#change({ chosen: this.#asManyAsAllowed([...new Set([...before, ...chosen])]) });
    this.#dropTaken();
  }

  async #resume(): Promise<void> {
    const { client, plan } = this.#parts;
    const [{ viewer: holder }, { viewer: owner }] = await Promise.all([
      client.query(MyReservationsDocument, { status: ['ACTIVE'], first: 20 }),
      client.query(MyBookingsDocument, { first: 50 }),
    ]);
    const ofThisEvent = ({ event }: { readonly event: { readonly id: string } }) => event.id === plan.event.id;
    const bookings = owner?.bookings.edges.map(({ node }) => node).filter(ofThisEvent) ?? [];
    this.#change({ booked: bookings.flatMap(({ seats }) => this.#seatsOf(seats)) });
    const active = holder?.reservations.edges.map(({ node }) => node).find(ofThisEvent);
    if (active) this.#holdAsElsewhere(active);
  }

  /** What this viewer does in another tab, or on another device. */
  #followViewer(): () => void {
    const live = this.#parts.client.viewerReservations();
    return live.subscribe(() => {
      const isNew = ({ reservation: { id, event } }: FollowedReservation) =>
        event.id === this.#parts.plan.event.id && !this.#known.has(id);
      const found = live.getSnapshot().data?.find(isNew);
      if (found) this.#holdAsElsewhere(found.reservation);
    });
  }

  /** Not in the place of what is being done here. */
  #holdAsElsewhere(reservation: ReservationDetailsFragment): void {
    const { phase, chosen } = this.getSnapshot();
    const isIdle = phase.step === 'choosing' || phase.step === 'ended' || phase.step === 'booked';
    if (isIdle && chosen.length === 0) this.#hold(reservation);
  }

  #hold(reservation: ReservationDetailsFragment): void {
    this.#known.add(reservation.id);
    this.#hear(withCountdown(reservation));
    const seconds = Math.ceil(reservation.expiresInMs / 1000);
    this.#parts.tell({ kind: 'reserved', count: reservation.seats.length, seconds });
    this.#stopFollowing();
    const live = this.#parts.client.reservation(reservation.id);
    this.#stopFollowing = live.subscribe(() => {
      const { data, state, error } = live.getSnapshot();
      const isStale = state === 'stale' || state === 'failed';
      if (error && isNotTheirs.includes(error.code)) this.#end('LOST_SIGHT');
      else if (data) this.#hear(data, isStale);
      else this.#markStale(isStale);
    });
  }

  #hear(followed: FollowedReservation, isStale = false): void {
    const { reservation } = followed;
    const { phase } = this.getSnapshot();
    const busy = phase.step === 'held' ? phase.busy : null;
    switch (reservation.status) {
      case 'ACTIVE':
        this.#change({
          phase: { step: 'held', followed, busy, isStale },
          chosen: [],
          held: this.#seatsOf(reservation.seats),
        });
        break;
      case 'CONFIRMED':
        // Its own answer is under way otherwise.
        if (busy !== 'paying') void this.#showBooking(reservation).catch(noticeOfFault);
        break;
      case 'CANCELLED':
      case 'EXPIRED':
        this.#end(reservation.status);
    }
  }

  #markStale(isStale: boolean): void {
    const { phase } = this.getSnapshot();
    if (phase.step === 'held') this.#change({ phase: { ...phase, isStale } });
  }

  async #showBooking({ booking }: ReservationDetailsFragment): Promise<void> {
    if (booking === null) return;
    const answer = await this.#parts.client.query(BookingDocument, { id: booking.id });
    if (answer.booking === null) return;
    this.#stopFollowing();
    const booked = [...this.getSnapshot().booked, ...this.#seatsOf(answer.booking.seats)];
    this.#change({ phase: { step: 'booked', booking: answer.booking }, held: [], booked });
  }

  #end(how: Ended['how']): void {
    const { phase, held } = this.getSnapshot();
    if (phase.step !== 'held') return;
    this.#stopFollowing();
    this.#change({ phase: { step: 'ended', how, seats: held }, held: [], notice: null });
    this.#parts.tell({ kind: endings[how] });
  }

  async #withHeld(busy: NonNullable<Held['busy']>, work: (held: Held) => Promise<void>): Promise<void> {
    const { phase } = this.getSnapshot();
    if (phase.step !== 'held' || phase.busy !== null) return;
    this.#change({ phase: { ...phase, busy }, notice: null });
    try {
      await work(phase);
    } catch (error) {
      this.#change({ notice: noticeOfFault(error) });
    }
    const after = this.getSnapshot().phase;
    if (after.step === 'held') this.#change({ phase: { ...after, busy: null } });
  }
}

function withCountdown(reservation: ReservationDetailsFragment): FollowedReservation {
  return { reservation, countdown: startCountdown(reservation.expiresInMs) };
}
