import { describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import type { Database, Statement } from '../../src/store/engine/database.ts';
import { hold } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { waitFor } from '../support/wait-for.ts';
import { endOf, PaymentNode, settleAll } from './payment-node.ts';

const soon = { withinMs: 20_000 };

/** The steps of a payment in their order. The store's are its transactions and single statements. */
const steps = ['fence', 'create', 'authorize', 'book', 'capture', 'record'] as const;
type Step = (typeof steps)[number];
type When = 'before' | 'after';

/** A node's store and provider until it dies, before or after a step: from then on it gets no answer, and asks nothing. */
class Life {
  isOver = false;
  readonly #last: Step;
  readonly #when: When;

  constructor(last: Step, when: When) {
    this.#last = last;
    this.#when = when;
  }

  async during<Answer>(step: Step, work: () => Promise<Answer>): Promise<Answer> {
    const isLast = step === this.#last;
    if (this.isOver || (isLast && this.#when === 'before')) return this.#end();
    const answer = await work();
    return this.isOver || isLast ? this.#end() : answer;
  }

  #end(): Promise<never> {
    this.isOver = true;
    return new Promise(() => {});
  }
}

function mortalStore(database: Database, life: Life): Database {
  let transactions = 0;
  return Object.assign(Object.create(database), {
    pipeline: (statements: readonly Statement[]) => {
      transactions += 1;
      return life.during(transactions === 1 ? 'fence' : 'book', () => database.pipeline(statements));
    },
    rows: (statement: Statement) => life.during('record', () => database.rows(statement)),
  });
}

function mortalProvider(provider: PaymentProvider, life: Life): PaymentProvider {
  return {
    ...provider,
    create: (order, signal) => life.during('create', () => provider.create(order, signal)),
    authorize: (known, token, signal) => life.during('authorize', () => provider.authorize(known, token, signal)),
    capture: (known, signal) => life.during('capture', () => provider.capture(known, signal)),
  };
}

const moments = steps.flatMap((step) => (['before', 'after'] as const).map((when): [When, Step] => [when, step]));
const isAtOrAfter = (step: Step, when: When, other: Step) =>
  steps.indexOf(step) > steps.indexOf(other) || (step === other && when === 'after');

describe.each(engines)('on $engine, a node that dies', async ({ open }) => {
  const database = await open();

  test.each(moments)(
    '%s it could %s leaves the money and the seats to another, which agree in the end',
    async (when, step) => {
      const provider = createTestPaymentProvider();
      const reservation = await hold(database, await createSampleEvent(database, 4), [1, 2]);
      const life = new Life(step, when);
      const dying = await PaymentNode.open({
        database: mortalStore(database, life),
        provider: mortalProvider(provider, life),
      });
      void dying.confirm(reservation, 'tok_ok');
      await waitFor(() => life.isOver, { ...soon, what: 'the node to die' });

      await using other = await PaymentNode.open({ database, provider });
      await settleAll(database, other);
      const isPaid = isAtOrAfter(step, when, 'authorize');
      const isBegun = isAtOrAfter(step, when, 'fence');
      expect(await endOf(database, provider, reservation)).toEqual({
        isBooked: isPaid,
        payments: isPaid ? ['CAPTURED'] : isBegun ? ['FAILED'] : [],
        money: isPaid ? ['captured'] : isBegun ? ['voided'] : [],
      });
      // Its buyer tries again.
      expect(await other.confirm(reservation, 'tok_ok')).toMatchObject({ outcome: 'booked', isNew: !isPaid });
      await settleAll(database, other);
      const end = await endOf(database, provider, reservation);
      expect(end.money.filter((state) => state === 'captured')).toHaveLength(1);
      expect(end.money.filter((state) => !['captured', 'voided'].includes(state))).toEqual([]);
    },
  );
});
