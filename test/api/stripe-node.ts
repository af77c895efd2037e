import type { App } from '../../src/app.ts';
import { StripeDouble } from '../stripe/stripe-double.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Buyer } from './buyer.ts';

export const secrets = { current: 'whsec_current', previous: 'whsec_previous' };

/** A node that takes payments by a double of Stripe, which tells it what happens. */
export interface StripeNode extends AsyncDisposable {
  readonly node: App;
  readonly double: StripeDouble;
}

export async function startStripeNode(env: NodeJS.ProcessEnv = {}): Promise<StripeNode> {
  const double = await StripeDouble.open();
  const settings = {
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_SECRET_KEY: 'sk_test_double',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_double',
    STRIPE_WEBHOOK_SECRET: `${secrets.current},${secrets.previous}`,
    STRIPE_API_URL: double.url,
    MAX_SEATS_PER_ADDRESS: '0',
  };
  const node = await startNode({ env: { ...settings, ...env } });
  double.webhooks.endpoint = { url: `${node.url}/webhooks/stripe`, secrets: [secrets.current] };
  return {
    node,
    double,
    [Symbol.asyncDispose]: async () => {
      await double.webhooks[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
      await double[Symbol.asyncDispose]();
    },
  };
}

const reservationQuery = `query ($id: ID!) {
  reservation(id: $id) {
    status
    booking { id }
    payment { state refunded { amount } disputed reference }
  }
}`;

interface Seen {
  readonly status: string;
  readonly booking: { readonly id: string } | null;
  readonly payment: {
    readonly state: string;
    readonly refunded: { readonly amount: number };
    readonly disputed: boolean;
    readonly reference: string | null;
  } | null;
}

/** The reservation and its payment, as its holder sees them. */
export async function look(node: App, { token }: Buyer, id: string): Promise<Seen> {
  const { reservation } = await dataOf<{ reservation: Seen | null }, object>(
    node.graphqlUrl,
    reservationQuery,
    { id },
    token,
  );
  if (reservation === null) throw new Error(`there is no reservation ${id}`);
  return reservation;
}

export async function untilPayment(node: App, buyer: Buyer, id: string, state: string): Promise<Seen> {
  const hasState = async () => {
    const seen = await look(node, buyer, id);
    return seen.payment?.state === state && seen;
  };
  return waitFor(hasState, { withinMs: 40_000, what: `the payment to be ${state}` });
}
