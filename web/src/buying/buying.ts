import {
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
} from '@holdfast/client';
import { type Plan, seatsAt } from '../plan/plan.ts';
import { createStore, patch, type Store } from '../state/store.ts';
import { Choice } from './choice.ts';
import { Hold, type HoldParts } from './hold.ts';
import { keptChoice } from './kept-choice.ts';
import { noticeOf, noticeOfFault } from './notices.ts';
import { type Persisting, persist } from './persist.ts';
import { atFirst, type BuyingState, type News } from './state.ts';

export interface BuyingParts {
  readonly client: HoldParts['client'] & Pick<HoldfastClient, 'viewerReservations' | 'reserveSeats'>;
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  tell(news: News): void;
}

/** A viewer's way from a choice by a reservation to a booking, and their earlier or other reservations of the event. */
export class Buying {
  readonly choice: Choice;
  readonly hold: Hold;
  readonly #parts: BuyingParts;
  readonly #state = createStore(atFirst);
  readonly #persisting: Persisting;
  /** The last request to reserve that got no answer. A retry for the same seats is the same intent. */
  #intent: { readonly seatIds: readonly string[]; readonly key: string } | null = null;

  constructor(parts: BuyingParts) {
    const state = this.#state;
    this.#parts = parts;
    this.#persisting = {
      ask: (signal) => parts.client.query(LimitsDocument, {}, { signal }),
      onCutOff: (isCutOff) => {
        if (isCutOff !== state.getSnapshot().isCutOff) patch(state, { isCutOff });
      },
    };
    this.choice = new Choice({ ...parts, state });
    this.hold = new Hold({ ...parts, state, persisting: this.#persisting });
  }

  get state(): Store<BuyingState> {
    return this.#state;
  }

  /** Follows the map, and restores what the viewer already holds. Returns how to stop. */
  start(): () => void {
    const before = keptChoice(this.#parts.plan);
    const stopChoice = this.choice.follow();
    void this.#goOn().then(() => {
      if (this.#state.getSnapshot().phase.step === 'choosing') this.choice.restore(before);
    });
    const stopElsewhere = this.#followElsewhere();
    return () => {
      stopChoice();
      stopElsewhere();
      this.hold.stop();
    };
  }

  async reserve(): Promise<void> {
    const { chosen, phase } = this.#state.getSnapshot();
    if (phase.step === 'reserving') return;
    const { client, plan } = this.#parts;
    const seatIds = chosen.map(({ id }) => id);
    const isSame = this.#intent?.seatIds.join() === seatIds.join();
    const intent = isSame && this.#intent ? this.#intent : { seatIds, key: newIdempotencyKey() };
    this.#intent = intent;
    patch(this.#state, { phase: { step: 'reserving' }, lost: null, notice: null });
    const input = { eventId: plan.event.id, seatIds, idempotencyKey: intent.key };
    try {
      const outcome = await persist((signal) => client.reserveSeats(input, { signal }), this.#persisting);
      this.#intent = null;
      match(
        outcome,
        {
          Reservation: (reservation) => this.hold.begin(reservation),
          SeatsUnavailable: (refusal) => this.choice.lose(chosen.filter(({ id }) => refusal.seatIds.includes(id))),
        },
        (refusal) => patch(this.#state, { phase: { step: 'choosing' }, notice: noticeOf(refusal) }),
      );
    } catch (error) {
      patch(this.#state, { phase: { step: 'choosing' }, notice: noticeOfFault(error) });
    }
    this.choice.dropTaken();
  }

  /** Shows earlier bookings and a running reservation. */
  async #goOn(): Promise<void> {
    try {
      const { client, plan } = this.#parts;
      const [{ viewer: holder }, { viewer: owner }] = await Promise.all([
        client.query(MyReservationsDocument, { status: ['ACTIVE'], first: 20 }),
        client.query(MyBookingsDocument, { first: 50 }),
      ]);
      const bookings = owner?.bookings.edges.map(({ node }) => node).filter(this.#isOfThisEvent) ?? [];
      patch(this.#state, { booked: bookings.flatMap(({ seats }) => seatsAt(plan, seats)) });
      const active = holder?.reservations.edges.map(({ node }) => node).find(this.#isOfThisEvent);
      if (active) this.#holdAsElsewhere(active);
    } catch (error) {
      noticeOfFault(error);
    }
  }

  /** Follows what the viewer does in other tabs, or on other devices. */
  #followElsewhere(): () => void {
    const live = this.#parts.client.viewerReservations();
    const isNew = ({ reservation }: FollowedReservation) =>
      this.#isOfThisEvent(reservation) && !this.hold.knows(reservation.id);
    return live.subscribe(() => {
      const found = live.getSnapshot().data?.find(isNew);
      if (found) this.#holdAsElsewhere(found.reservation);
    });
  }

  readonly #isOfThisEvent = ({ event }: { readonly event: { readonly id: string } }) =>
    event.id === this.#parts.plan.event.id;

  /** Does not replace what is being done in this tab. */
  #holdAsElsewhere(reservation: ReservationDetailsFragment): void {
    const { phase, chosen } = this.#state.getSnapshot();
    const isIdle = phase.step === 'choosing' || phase.step === 'ended' || phase.step === 'booked';
    if (isIdle && chosen.length === 0) this.hold.begin(reservation);
  }
}
