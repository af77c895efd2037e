import {
  type BookingDetailsFragment,
  BookingDocument,
  type FollowedReservation,
  type HoldfastClient,
  match,
  newIdempotencyKey,
  type ReservationDetailsFragment,
  startCountdown,
} from '@holdfast/client';
import { type Plan, type PlanSeat, seatsAt } from '../plan/plan.ts';
import { patch, type WritableStore } from '../state/store.ts';
import { noticeOf, noticeOfFault, type Refusal } from './notices.ts';
import { type Persisting, persist } from './persist.ts';
import type { BuyingState, Held, News, Phase } from './state.ts';

export interface HoldParts {
  readonly state: WritableStore<BuyingState>;
  readonly plan: Plan;
  readonly client: Pick<
    HoldfastClient,
    'query' | 'reservation' | 'extendReservation' | 'confirmReservation' | 'cancelReservation'
  >;
  readonly persisting: Persisting;
  tell(news: News): void;
}

/** A form of the payment provider's own. */
export interface PaymentForm {
  /** What the server asks for the money with; null if the form is not filled in, and says so. Rejects with a `PaymentFormFault`. */
  token(): Promise<string | null>;
  /** Resolves when the buyer has answered the bank, or does not want to. */
  askBank(clientSecret: string): Promise<void>;
}

/** After an expired token the viewer is another guest, who may not see the reservation. */
const isNotTheirs: readonly string[] = ['NOT_FOUND', 'UNAUTHENTICATED'];

type Ended = Extract<Phase, { step: 'ended' }>;
const endings = { EXPIRED: 'expired', CANCELLED: 'cancelled', LOST_SIGHT: 'lostSight' } as const;

/** The viewer's reservation: extends, confirms and cancels it, and follows its changes. */
export class Hold {
  readonly #parts: HoldParts;
  readonly #state: WritableStore<BuyingState>;
  /** Reservations that were held here. */
  readonly #known = new Set<string>();
  #stopFollowing: () => void = () => {};

  constructor(parts: HoldParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  begin(reservation: ReservationDetailsFragment): void {
    this.#known.add(reservation.id);
    this.#receive(withCountdown(reservation));
    const seconds = Math.ceil(reservation.expiresInMs / 1000);
    this.#parts.tell({ kind: 'reserved', count: reservation.seats.length, seconds });
    this.#follow(reservation.id);
  }

  knows(reservationId: string): boolean {
    return this.#known.has(reservationId);
  }

  stop(): void {
    this.#stopFollowing();
  }

  extend(): Promise<void> {
    return this.#doing('extending', async ({ followed }) => {
      const { client, persisting, tell } = this.#parts;
      const input = { reservationId: followed.reservation.id, idempotencyKey: newIdempotencyKey() };
      const outcome = await persist((signal) => client.extendReservation(input, { signal }), persisting);
      match(
        outcome,
        {
          ...this.#over,
          Reservation: (reservation) => {
            this.#receive(withCountdown(reservation));
            tell({ kind: 'extended', seconds: Math.ceil(reservation.expiresInMs / 1000) });
          },
        },
        this.#refused,
      );
    });
  }

  pay(paymentToken?: string): Promise<void> {
    return this.#doing('paying', async (held) => {
      this.setAtBank(false);
      if ((await this.#confirm(held, paymentToken)) !== null) this.setAtBank(true);
    });
  }

  /** With a form of the provider's own, which also has the buyer's bank ask the buyer. */
  payBy(form: PaymentForm): Promise<void> {
    return this.#doing('paying', async (held) => {
      const token = await form.token();
      if (token === null) return;
      const clientSecret = await this.#confirm(held, token);
      if (clientSecret === null) return;
      await form.askBank(clientSecret);
      await this.#confirm(held);
    });
  }

  /** Returns a secret of the provider's if the buyer's bank wants to hear from the buyer. */
  async #confirm({ followed }: Held, paymentToken?: string): Promise<string | null> {
    const { client, persisting, tell } = this.#parts;
    const input = { reservationId: followed.reservation.id, paymentToken };
    const outcome = await persist((signal) => client.confirmReservation(input, { signal }), persisting);
    match(
      outcome,
      {
        ...this.#over,
        Booking: (booking) => {
          this.#book(booking);
          tell({ kind: 'booked', reference: booking.reference });
        },
        PaymentActionRequired: () => {},
      },
      this.#refused,
    );
    return outcome.__typename === 'PaymentActionRequired' ? outcome.clientSecret : null;
  }

  setAtBank(isAtBank: boolean): void {
    const { phase } = this.#state.getSnapshot();
    if (phase.step === 'held') patch(this.#state, { phase: { ...phase, isAtBank } });
  }

  /** @param seats all if omitted */
  letGo(seats?: readonly PlanSeat[]): Promise<void> {
    return this.#doing('lettingGo', async ({ followed }) => {
      const { client, persisting } = this.#parts;
      const reservationId = followed.reservation.id;
      const seatIds = seats?.map(({ id }) => id);
      const input = { reservationId, idempotencyKey: newIdempotencyKey(), ...(seatIds && { seatIds }) };
      const outcome = await persist((signal) => client.cancelReservation(input, { signal }), persisting);
      match(
        outcome,
        { ...this.#over, Reservation: (reservation) => this.#receive(withCountdown(reservation)) },
        this.#refused,
      );
    });
  }

  /** Outcomes for a reservation that no longer runs. Other changes arrive by its subscription. */
  readonly #over = { ReservationExpired: () => this.#end('EXPIRED'), ReservationNotActive: () => {} };
  readonly #refused = (refusal: Refusal) => patch(this.#state, { notice: noticeOf(refusal) });

  async #doing(busy: NonNullable<Held['busy']>, work: (held: Held) => Promise<void>): Promise<void> {
    const { phase } = this.#state.getSnapshot();
    if (phase.step !== 'held' || phase.busy !== null) return;
    patch(this.#state, { phase: { ...phase, busy }, notice: null });
    try {
      await work(phase);
    } catch (error) {
      patch(this.#state, { notice: noticeOfFault(error) });
    }
    const after = this.#state.getSnapshot().phase;
    if (after.step === 'held') patch(this.#state, { phase: { ...after, busy: null } });
  }

  #follow(reservationId: string): void {
    this.#stopFollowing();
    const live = this.#parts.client.reservation(reservationId);
    this.#stopFollowing = live.subscribe(() => {
      const { data, state, error } = live.getSnapshot();
      const isStale = state === 'stale' || state === 'failed';
      if (error && isNotTheirs.includes(error.code)) this.#end('LOST_SIGHT');
      else if (data) this.#receive(data, isStale);
      else this.#markStale(isStale);
    });
  }

  #receive(followed: FollowedReservation, isStale = false): void {
    const { reservation } = followed;
    const { phase } = this.#state.getSnapshot();
    const { busy, isAtBank } = phase.step === 'held' ? phase : { busy: null, isAtBank: false };
    switch (reservation.status) {
      case 'ACTIVE': {
        const held = seatsAt(this.#parts.plan, reservation.seats);
        patch(this.#state, { phase: { step: 'held', followed, busy, isStale, isAtBank }, chosen: [], held });
        break;
      }
      case 'CONFIRMED':
        // While paying, the answer of the mutation has the booking.
        if (busy !== 'paying') void this.#showBooking(reservation).catch(noticeOfFault);
        break;
      case 'CANCELLED':
      case 'EXPIRED':
        this.#end(reservation.status);
    }
  }

  #markStale(isStale: boolean): void {
    const { phase } = this.#state.getSnapshot();
    if (phase.step === 'held') patch(this.#state, { phase: { ...phase, isStale } });
  }

  /** Shows a booking that was made elsewhere. */
  async #showBooking({ booking }: ReservationDetailsFragment): Promise<void> {
    if (booking === null) return;
    const answer = await this.#parts.client.query(BookingDocument, { id: booking.id });
    if (answer.booking !== null) this.#book(answer.booking);
  }

  #book(booking: BookingDetailsFragment): void {
    this.#stopFollowing();
    const booked = [...this.#state.getSnapshot().booked, ...seatsAt(this.#parts.plan, booking.seats)];
    patch(this.#state, { phase: { step: 'booked', booking }, chosen: [], held: [], booked });
  }

  #end(how: Ended['how']): void {
    const { phase, held } = this.#state.getSnapshot();
    if (phase.step !== 'held') return;
    this.#stopFollowing();
    patch(this.#state, { phase: { step: 'ended', how, seats: held }, held: [], notice: null });
    this.#parts.tell({ kind: endings[how] });
  }
}

function withCountdown(reservation: ReservationDetailsFragment): FollowedReservation {
  return { reservation, countdown: startCountdown(reservation.expiresInMs) };
}
