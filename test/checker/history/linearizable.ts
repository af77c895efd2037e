import { after, freeSeats, nameOf, type Seats } from './seats.ts';
import type { Effect, Step } from './step.ts';

/** More states than this are not looked at: a history this tangled is not decided. */
const MAX_STATES = 200_000;

export type Verdict =
  | { readonly outcome: 'linearizable' }
  /** No order of the steps explains them all. At the longest attempt to find one, `stuck` is what could not take place in time. */
  | { readonly outcome: 'not linearizable'; readonly stuck: Step }
  | { readonly outcome: 'undecided' };

/**
 * Whether the steps can have taken place one after the other, each within its time, beginning with free seats: what is between
 * two steps must follow from the deadlines alone. As Wing and Gong search (1993), with the states remembered that led nowhere
 * (Lowe, 2017). Each step takes place as early as it can; so of two ways to a state the earlier leaves at least as much open.
 */
export function linearize(seats: readonly number[], steps: readonly Step[]): Verdict {
  const relevant = stepsOn(seats, steps).toSorted((one, other) => one.fromMs - other.fromMs);
  return new Search(relevant).run(freeSeats(seats));
}

/** Those that change or show one of the seats, or move the deadline of a reservation that took one. */
export function stepsOn(seats: readonly number[], steps: readonly Step[]): Step[] {
  const isThere = (effect: Effect) => 'seats' in effect && effect.seats?.some((seat) => seats.includes(seat)) === true;
  const takes = steps.filter(({ effect }) => effect.kind === 'take' && isThere(effect));
  const reservations = new Set(takes.map(({ effect }) => (effect.kind === 'take' ? effect.reservation : '')));
  return steps.filter(({ effect }) => {
    if ('reservation' in effect) return reservations.has(effect.reservation);
    return effect.kind === 'see' || isThere(effect);
  });
}

class Search {
  /** In order of `fromMs`. */
  readonly #steps: readonly Step[];
  readonly #done: boolean[];
  #certainLeft: number;
  /** How early each state was reached: being there later is of no use. */
  readonly #reached = new Map<string, number>();
  #fewestLeft: number;
  #stuck: Step | undefined;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#done = steps.map(() => false);
    this.#certainLeft = steps.filter(({ isCertain }) => isCertain).length;
    this.#fewestLeft = this.#certainLeft + 1;
  }

  run(seats: Seats): Verdict {
    const found = this.#goOn(seats, 0);
    if (found) return { outcome: 'linearizable' };
    if (this.#reached.size > MAX_STATES || this.#stuck === undefined) return { outcome: 'undecided' };
    return { outcome: 'not linearizable', stuck: this.#stuck };
  }

  /** Every step before `first` is done, or will not be. */
  #goOn(seats: Seats, first: number): boolean {
    if (this.#certainLeft === 0) return true;
    while (this.#isSettled(first, seats)) first += 1;
    const urgent = this.#mostUrgent(first);
    if (urgent === undefined || !this.#isNew(seats, first)) return false;
    if (this.#certainLeft < this.#fewestLeft) {
      this.#fewestLeft = this.#certainLeft;
      this.#stuck = urgent;
    }
    return this.#candidates(first, seats, urgent.toMs).some((at) => this.#try(at, seats, first));
  }

  #try(at: number, seats: Seats, first: number): boolean {
    const step = this.#steps[at];
    const next = step === undefined ? null : after(seats, step);
    if (step === undefined || next === null) return false;
    this.#done[at] = true;
    if (step.isCertain) this.#certainLeft -= 1;
    const found = this.#goOn(next, first);
    this.#done[at] = false;
    if (step.isCertain) this.#certainLeft += 1;
    return found;
  }

  #isSettled(at: number, { atMs }: Seats): boolean {
    const step = this.#steps[at];
    return step !== undefined && (this.#done[at] === true || (!step.isCertain && step.toMs < atMs));
  }

  /** The certain step that must be over first. */
  #mostUrgent(first: number): Step | undefined {
    let urgent: Step | undefined;
    for (let at = first; at < this.#steps.length; at += 1) {
      const step = this.#steps[at];
      if (step === undefined || (urgent !== undefined && step.fromMs > urgent.toMs)) break;
      if (!this.#done[at] && step.isCertain && (urgent === undefined || step.toMs < urgent.toMs)) urgent = step;
    }
    return urgent;
  }

  /** What may come next, as nothing must have been over before it began: the certain and urgent first. */
  #candidates(first: number, { atMs }: Seats, byMs: number): number[] {
    const candidates: number[] = [];
    for (let at = first; at < this.#steps.length && (this.#steps[at]?.fromMs ?? byMs) <= byMs; at += 1) {
      if (!this.#done[at] && (this.#steps[at]?.toMs ?? 0) >= atMs) candidates.push(at);
    }
    const rank = (at: number) => (this.#steps[at]?.isCertain ? (this.#steps[at]?.toMs ?? 0) : Number.MAX_VALUE);
    return candidates.sort((one, other) => rank(one) - rank(other));
  }

  #isNew(seats: Seats, first: number): boolean {
    const beyond = this.#done.reduce((done, isDone, at) => (isDone && at > first ? `${done},${at}` : done), '');
    const name = `${first}${beyond} ${nameOf(seats)}`;
    if (this.#reached.size > MAX_STATES || (this.#reached.get(name) ?? Number.POSITIVE_INFINITY) <= seats.atMs) {
      return false;
    }
    this.#reached.set(name, seats.atMs);
    return true;
  }
}
