import { type LiveStore, type SeatMapState, statusAt } from '@holdfast/client';
import { freeNearby } from '../plan/nearby.ts';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import { patch, type WritableStore } from '../state/store.ts';
import { keepChoice } from './kept-choice.ts';
import type { BuyingState, News } from './state.ts';

export interface ChoiceParts {
  readonly state: WritableStore<BuyingState>;
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  tell(news: News): void;
}

/** The seats that a viewer has chosen but not reserved, as long as nobody else takes them. */
export class Choice {
  readonly #parts: ChoiceParts;
  readonly #state: WritableStore<BuyingState>;

  constructor(parts: ChoiceParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  /** Drops seats that others take, and stores the rest for a reload of the page. Returns how to stop. */
  follow(): () => void {
    let kept = this.#state.getSnapshot().chosen;
    const stopKeeping = this.#state.subscribe(() => {
      const { chosen } = this.#state.getSnapshot();
      if (chosen === kept) return;
      kept = chosen;
      keepChoice(this.#parts.plan, chosen);
    });
    const stopDropping = this.#parts.map.subscribe(() => this.dropTaken());
    return () => {
      stopDropping();
      stopKeeping();
    };
  }

  toggle(seat: PlanSeat): void {
    const { phase, chosen, held } = this.#state.getSnapshot();
    const { maxSeats } = this.#parts.plan;
    if (phase.step === 'reserving' || held.includes(seat)) return;
    if (phase.step === 'held') {
      patch(this.#state, { notice: { kind: 'finishFirst' } });
      return;
    }
    const status = this.#statusOf(seat);
    if (chosen.includes(seat)) {
      patch(this.#state, { chosen: chosen.filter((other) => other !== seat), notice: null });
      this.#parts.tell({ kind: 'removed', seat });
    } else if (status === 'AVAILABLE' && chosen.length >= maxSeats) {
      patch(this.#state, { notice: { kind: 'seatLimit', limit: maxSeats } });
    } else if (status === 'AVAILABLE') {
      patch(this.#state, { phase: { step: 'choosing' }, chosen: [...chosen, seat], notice: null });
      this.#parts.tell({ kind: 'added', seat });
    } else if (status !== undefined) {
      this.#parts.tell({ kind: 'notFree', seat, status });
    }
  }

  /** Replaces lost or expired seats by these, beside those that are already chosen. */
  add(seats: readonly PlanSeat[]): void {
    const free = seats.filter((seat) => this.#statusOf(seat) === 'AVAILABLE');
    const chosen = this.#union(this.#state.getSnapshot().chosen, free);
    patch(this.#state, { phase: { step: 'choosing' }, chosen, lost: null, notice: null });
  }

  /** Chooses the free ones of the seats that were chosen before a reload. */
  restore(before: readonly PlanSeat[]): void {
    patch(this.#state, { chosen: this.#union(before, this.#state.getSnapshot().chosen) });
    this.dropTaken();
  }

  clear(): void {
    patch(this.#state, { chosen: [], lost: null, notice: null, phase: { step: 'choosing' } });
  }

  dismissLost(): void {
    patch(this.#state, { lost: null });
  }

  /** Drops chosen seats that somebody else has taken. */
  dropTaken(): void {
    const { phase, chosen } = this.#state.getSnapshot();
    if (phase.step !== 'choosing') return;
    const taken = chosen.filter((seat) => (this.#statusOf(seat) ?? 'AVAILABLE') !== 'AVAILABLE');
    if (taken.length > 0) this.lose(taken);
  }

  /** Offers free seats nearby instead of these, and of seats lost before. */
  lose(seats: readonly PlanSeat[]): void {
    const { lost, chosen } = this.#state.getSnapshot();
    const all = [...new Set([...(lost?.seats ?? []), ...seats])];
    const left = chosen.filter((seat) => !all.includes(seat));
    const isFree = (seat: PlanSeat) =>
      this.#statusOf(seat) === 'AVAILABLE' && !all.includes(seat) && !left.includes(seat);
    const nearby = freeNearby(this.#parts.plan, all, isFree);
    patch(this.#state, { phase: { step: 'choosing' }, chosen: left, lost: { seats: all, nearby } });
    this.#parts.tell({ kind: 'lost', seats });
  }

  /** The first ones, up to the maximum of one reservation. */
  #union(first: readonly PlanSeat[], second: readonly PlanSeat[]): readonly PlanSeat[] {
    return [...new Set([...first, ...second])].slice(0, this.#parts.plan.maxSeats);
  }

  #statusOf({ index }: PlanSeat) {
    const { data } = this.#parts.map.getSnapshot();
    return data ? statusAt(data.statuses, index) : undefined;
  }
}
