import { setTimeout as sleep } from 'node:timers/promises';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import type { Database } from '../../src/store/engine/database.ts';
import type { Random } from '../checker/random.ts';
import type { Interference } from '../stripe/stripe-double.ts';

/** A node's calls of its store and its provider, until it dies before or after one of them: from then on it gets no answer, and asks nothing. */
export class ShortLife {
  readonly #death: Promise<never>;
  readonly #diesAfter: boolean;
  #callsLeft: number;
  #isOver = false;
  #die: (reason: Error) => void = () => {};

  constructor(random: Random, longest: number) {
    this.#callsLeft = 1 + random.below(longest);
    this.#diesAfter = random.chance(0.5);
    this.#death = new Promise((_, reject) => {
      this.#die = reject;
    });
    // Nobody may be waiting for an answer.
    this.#death.catch(() => {});
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects when the node has died, if it did not answer before. */
  outlived<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return Promise.race([answer, this.#death]);
  }

  store(database: Database): Database {
    return Object.assign(Object.create(database), {
      pipeline: this.#mortal(database.pipeline.bind(database)),
      rows: this.#mortal(database.rows.bind(database)),
      query: this.#mortal(database.query.bind(database)),
    });
  }

  provider(provider: PaymentProvider): PaymentProvider {
    return {
      name: provider.name,
      publishableKey: provider.publishableKey,
      create: this.#mortal(provider.create.bind(provider)),
      authorize: this.#mortal(provider.authorize.bind(provider)),
      read: this.#mortal(provider.read.bind(provider)),
      capture: this.#mortal(provider.capture.bind(provider)),
      void: this.#mortal(provider.void.bind(provider)),
      refund: this.#mortal(provider.refund.bind(provider)),
      list: provider.list.bind(provider),
    };
  }

  #mortal<Given extends readonly unknown[], Answer>(call: (...given: Given) => Promise<Answer>) {
    return async (...given: Given): Promise<Answer> => {
      this.#callsLeft -= 1;
      if (this.isOver || (this.#callsLeft === 0 && !this.#diesAfter)) return this.#end();
      const isLast = this.#callsLeft === 0;
      const answer = await call(...given);
      return this.isOver || isLast ? this.#end() : answer;
    };
  }

  #end(): Promise<never> {
    this.#isOver = true;
    this.#die(new Error('the node has died'));
    return new Promise(() => {});
  }
}

/** Shares of the calls that a provider with all of its faults treats so. */
const faults: readonly (readonly [share: number, Interference])[] = [
  [0.03, 'lose request'],
  [0.03, 'lose answer'],
  [0.02, 'rate limit'],
  [0.02, 'fail'],
  [0.02, 'fail after'],
  [0.003, 'hang'],
  [0.003, 'hang after'],
];

export function someFault(random: Random): Interference {
  let at = random.next();
  for (const [share, fault] of faults) {
    if (at < share) return fault;
    at -= share;
  }
  if (random.chance(0.05)) return { answerAfter: sleep(random.between(5, 200)) };
  return 'none';
}

/** When the copies of a webhook arrive: lost ones never, others late, twice, or both. */
export function someDeliveries(random: Random): readonly number[] {
  if (random.chance(0.15)) return [];
  const first = random.chance(0.3) ? random.between(1, 400) : 0;
  return random.chance(0.15) ? [first, random.between(0, 400)] : [first];
}
