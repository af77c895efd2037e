import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { clientOf, manual } from './double-client.ts';
import { StripeDouble } from './stripe-double.ts';

const soon = { withinMs: 20_000 };
const secrets = ['whsec_new', 'whsec_old'];

let double: StripeDouble;
let endpoint: Server;
let received: { body: string; signature: string }[];
let status: number;

beforeEach(async () => {
  [received, status] = [[], 200];
  endpoint = createServer(async (request, response) => {
    received.push({ body: await text(request), signature: String(request.headers['stripe-signature']) });
    response.writeHead(status).end();
  });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  double = await StripeDouble.open();
  double.webhooks.endpoint = { url: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/`, secrets };
});
afterEach(async () => {
  await double[Symbol.asyncDispose]();
  endpoint.close();
  endpoint.closeAllConnections();
});

async function authorize(): Promise<void> {
  const { id } = await clientOf(double).paymentIntents.create(manual);
  await clientOf(double).paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
}

const types = () => received.map(({ body }) => JSON.parse(body).type as string);
const inOrder = ['payment_intent.created', 'charge.succeeded', 'payment_intent.amount_capturable_updated'];

describe('a webhook', () => {
  it.each(secrets)('is signed by %s, so that the official library accepts it', async (secret) => {
    await authorize();
    await waitFor(() => received.length === 3, { ...soon, what: 'the events' });
    for (const { body, signature } of received) {
      const event = Stripe.webhooks.constructEvent(body, signature, secret);
      expect(inOrder).toContain(event.type);
    }
  });

  it('is sent again until the endpoint answers with 2xx', async () => {
    status = 500;
    await clientOf(double).paymentIntents.create(manual);
    await waitFor(() => received.length >= 2, { ...soon, what: 'a second delivery' });
    status = 204;
    await waitFor(() => double.webhooks.deliveries.at(-1)?.status === 204, {
      ...soon,
      what: 'a delivery that is taken',
    });
    expect(new Set(received.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  });

  it('is doubled, dropped and delayed as planned', async () => {
    double.webhooks.plan = ({ type }) => ({ 'charge.succeeded': [], 'payment_intent.created': [0, 1] })[type] ?? [5];
    await authorize();
    await waitFor(() => received.length === 3, { ...soon, what: 'the events' });
    expect(types().toSorted()).toEqual([
      'payment_intent.amount_capturable_updated',
      'payment_intent.created',
      'payment_intent.created',
    ]);
  });

  it('is kept back, and comes in another order', async () => {
    double.webhooks.hold();
    await authorize();
    expect(received).toEqual([]);
    await double.webhooks.release((events) => events.toReversed());
    expect(types()).toEqual(inOrder.toReversed());
  });
});
