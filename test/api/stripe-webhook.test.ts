import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StripeEvent } from '../stripe/events.ts';
import { waitFor } from '../support/wait-for.ts';
import { bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { look, type StripeNode, secrets, startStripeNode, untilPayment } from './stripe-node.ts';
import { type Offer, offer } from './venue.ts';

const soon = { withinMs: 40_000 };
const threeDSecure = 'pm_card_threeDSecure2Required';
const authorized = 'payment_intent.amount_capturable_updated';
let stage: StripeNode;
let house: Offer;
let nextSeat = 0;

beforeAll(async () => {
  stage = await startStripeNode();
  house = await offer(stage.node, { seats: 100 });
});
beforeEach(() => {
  stage.double.interfere = () => 'none';
  stage.double.webhooks.plan = () => [0];
});
afterAll(() => stage?.[Symbol.asyncDispose]());

async function reserveOne() {
  const buyer = await newBuyer();
  return { buyer, ...reservationIn(await buyer.reserve(stage.node, house, [nextSeat++])) };
}

/** A buyer whose bank asks, and who never comes back to the page. */
async function leaveToBank() {
  const { buyer, id } = await reserveOne();
  expect(await buyer.confirm(stage.node, id, threeDSecure)).toMatchObject({ __typename: 'PaymentActionRequired' });
  const { payment } = await look(stage.node, buyer, id);
  return { buyer, id, reference: payment?.reference ?? '' };
}

const eventsOf = (reference: string, type: string) =>
  stage.double.account.events.all.filter((event) => event.type === type && aboutOf(event) === reference);

function aboutOf({ object }: StripeEvent): unknown {
  return typeof object === 'object' && object !== null && 'id' in object ? object.id : null;
}

/** Those that the node has answered with 200. */
const takenOf = (reference: string, type: string) =>
  stage.double.webhooks.deliveries.filter(
    ({ event, status }) => status === 200 && event.type === type && aboutOf(event) === reference,
  );

async function untilTaken(reference: string, type: string, count = 1): Promise<void> {
  const isTaken = () => takenOf(reference, type).length >= count;
  await waitFor(isTaken, { ...soon, what: `${count} deliveries of ${type} to be answered` });
}

describe('a webhook', () => {
  it('books for a buyer who never comes back from the bank, before it is answered', async () => {
    const { buyer, id, reference } = await leaveToBank();
    stage.double.authenticate(reference, true);
    await untilTaken(reference, authorized);
    expect(await look(stage.node, buyer, id)).toMatchObject({
      status: 'CONFIRMED',
      booking: { id: expect.any(String) },
    });
    await untilPayment(stage.node, buyer, id, 'CAPTURED');
  });

  it('may come before the answer to confirm', async () => {
    const { buyer, id } = await reserveOne();
    let answer = () => {};
    const answerAfter = new Promise<void>((resolve) => {
      answer = resolve;
    });
    stage.double.interfere = ({ path }) => (path.endsWith('/confirm') ? { answerAfter } : 'none');
    const confirmed = buyer.confirm(stage.node, id, 'pm_card_visa');
    const isBooked = async () => (await look(stage.node, buyer, id)).booking;
    const booking = await waitFor(isBooked, { ...soon, what: 'the webhook to book' });
    answer();
    expect(bookingIn(await confirmed).id).toBe(booking.id);
    const { payment } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
    expect(stage.double.account.intents.find(payment?.reference ?? '').status).toBe('succeeded');
  });

  it('may come twice, also at the same time', async () => {
    stage.double.webhooks.plan = () => [0, 0, 5, 20];
    const { buyer, id, reference } = await leaveToBank();
    stage.double.authenticate(reference, true);
    await untilTaken(reference, authorized, 4);
    const { booking } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
    expect(bookingIn(await buyer.confirm(stage.node, id)).id).toBe(booking?.id);
    expect(eventsOf(reference, 'payment_intent.succeeded')).toHaveLength(1);
  });

  it('may never come, when the buyer comes back', async () => {
    stage.double.webhooks.plan = () => [];
    const { buyer, id, reference } = await leaveToBank();
    stage.double.authenticate(reference, true);
    bookingIn(await buyer.confirm(stage.node, id));
    await untilPayment(stage.node, buyer, id, 'CAPTURED');
    expect(takenOf(reference, authorized)).toEqual([]);
  });

  it('may come in any order, long after all is done', async () => {
    stage.double.webhooks.hold();
    const { buyer, id, reference } = await leaveToBank();
    stage.double.authenticate(reference, true);
    bookingIn(await buyer.confirm(stage.node, id));
    await untilPayment(stage.node, buyer, id, 'CAPTURED');
    const reads = () =>
      stage.double.calls.filter(({ method, path }) => method === 'GET' && path.includes(reference)).length;
    const before = reads();
    await stage.double.webhooks.release((events) => events.toReversed());
    // What the store has already is not read again.
    expect(reads()).toBe(before);
    expect(takenOf(reference, authorized)).toHaveLength(1);
    expect(await look(stage.node, buyer, id)).toMatchObject({ status: 'CONFIRMED', payment: { state: 'CAPTURED' } });
  });

  it('of a failed 3-D Secure leaves the seats to the buyer, who may try another card', async () => {
    const { buyer, id, reference } = await leaveToBank();
    stage.double.authenticate(reference, false);
    await untilTaken(reference, 'payment_intent.payment_failed');
    expect((await look(stage.node, buyer, id)).status).toBe('ACTIVE');
    bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
  });

  it('that cannot be worked off is answered with 503, and comes again', async () => {
    const { buyer, id, reference } = await leaveToBank();
    let left = 2;
    stage.double.interfere = ({ method }) => (method === 'GET' && left-- > 0 ? 'fail' : 'none');
    stage.double.authenticate(reference, true);
    await untilTaken(reference, authorized);
    const answers = stage.double.webhooks.deliveries.filter(({ event }) => aboutOf(event) === reference);
    expect(answers.map(({ status }) => status)).toContain(503);
    expect((await look(stage.node, buyer, id)).status).toBe('CONFIRMED');
  });
});

describe('the endpoint', () => {
  const url = () => `${stage.node.url}/webhooks/stripe`;
  const post = (body: string, signature?: string, more: Record<string, string> = {}) => {
    const signed: Record<string, string> = signature === undefined ? {} : { 'stripe-signature': signature };
    return fetch(url(), { method: 'POST', body, headers: { 'content-type': 'application/json', ...signed, ...more } });
  };
  const answerOf = async (answer: Response) => [answer.status, (await answer.text()).trim()] as const;

  function anyEvent(): StripeEvent {
    const [event] = stage.double.account.events.all;
    if (event === undefined) throw new Error('nothing has happened yet');
    return event;
  }

  it('takes signatures by both secrets of a rotation', async () => {
    await leaveToBank();
    for (const secret of Object.values(secrets)) {
      const { payload, signature } = stage.double.webhooks.signed(anyEvent(), { secrets: [secret] });
      expect(await answerOf(await post(payload, signature))).toEqual([200, 'ok']);
      // Whatever the body is said to be.
      expect((await post(payload, signature, { 'content-type': 'text/plain' })).status).toBe(200);
    }
  });

  it('says why it does not accept a request', async () => {
    await leaveToBank();
    const { payload, signature } = stage.double.webhooks.signed(anyEvent());
    const old = stage.double.webhooks.signed(anyEvent(), { atMs: Date.now() - 360_000 });
    const other = stage.double.webhooks.signed(anyEvent(), { secrets: ['whsec_other'] });
    const wrong = [400, 'not accepted: the signature is wrong'];
    expect(await answerOf(await post(payload))).toEqual([400, 'not accepted: there is no stripe-signature header']);
    expect(await answerOf(await post(other.payload, other.signature))).toEqual(wrong);
    expect(await answerOf(await post(`${payload} `, signature))).toEqual(wrong);
    expect(await answerOf(await post('', signature))).toEqual(wrong);
    expect(await answerOf(await post(payload, 'nonsense'))).toEqual(wrong);
    expect(await answerOf(await post(old.payload, old.signature))).toEqual([
      400,
      'not accepted: it was signed more than five minutes ago',
    ]);
  });

  it('reads no body beyond its bound', async () => {
    expect((await post(' '.repeat(250_001), 't=1,v1=0')).status).toBe(413);
    expect((await post(' '.repeat(250_000), 't=1,v1=0')).status).toBe(400);
  });

  it('is for POST only', async () => {
    expect((await fetch(url())).status).toBe(404);
  });
});
