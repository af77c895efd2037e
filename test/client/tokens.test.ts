import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { createHoldfastClient, type GuestStorage, ViewerDocument } from '../../src/client/index.ts';
import { type Offer, offer } from '../api/venue.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { FaultyFront } from './faulty-front.ts';

let node: App;
let hamlet: Offer;
let front: FaultyFront;
beforeAll(async () => {
  node = await startNode();
  hamlet = await offer(node, { seats: 40 });
});
afterAll(() => node?.[Symbol.asyncDispose]());
beforeEach(async () => {
  front = await FaultyFront.open(node.graphqlUrl);
});
afterEach(() => front[Symbol.asyncDispose]());

const clientOf = (options: Partial<Parameters<typeof createHoldfastClient>[0]> = {}) =>
  createHoldfastClient({ url: front.graphqlUrl, retry: { firstWaitMs: 5, maxWaitMs: 20 }, ...options });
const seat = (index: number) => ({ eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(index, index + 1) });
const operations = () => front.requests.map(({ body }) => /(?:query|mutation) (\w+)/.exec(String(body.query))?.[1]);

/** Like `localStorage` or AsyncStorage. */
function storage(isAsync: boolean): GuestStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  const given = <T>(value: T) => (isAsync ? Promise.resolve(value) : value) as T;
  return {
    items,
    getItem: (key) => given(items.get(key) ?? null),
    setItem: (key, value) => given(items.set(key, value)),
  };
}

describe('guests', () => {
  test('are signed in when a token is needed, and once', async () => {
    const client = clientOf({ guests: true });
    expect((await client.query(ViewerDocument, {})).viewer).toBeNull();
    expect(operations()).toEqual(['Viewer']);
    const outcomes = await Promise.all([client.reserveSeats(seat(0)), client.reserveSeats(seat(1))]);
    expect(outcomes.map(({ __typename }) => __typename)).toEqual(['Reservation', 'Reservation']);
    expect(operations().filter((name) => name === 'SignInAsGuest')).toHaveLength(1);
    expect((await client.query(ViewerDocument, {})).viewer?.roles).toEqual(['CUSTOMER']);
  });

  test.each([false, true])('are known again where they are kept, asynchronously: %s', async (isAsync) => {
    const guests = storage(isAsync);
    const first = clientOf({ guests });
    await first.reserveSeats(seat(isAsync ? 2 : 3));
    const second = clientOf({ guests });
    const [one, two] = await Promise.all([first.query(ViewerDocument, {}), second.query(ViewerDocument, {})]);
    expect(two.viewer?.id).toBe(one.viewer?.id);
    expect(operations().filter((name) => name === 'SignInAsGuest')).toHaveLength(1);
  });

  test('are replaced if the server no longer knows their token', async () => {
    const guests = storage(false);
    const client = clientOf({ guests });
    await client.reserveSeats(seat(4));
    const [key = ''] = guests.items.keys();
    guests.items.set(key, 'of another server');
    expect((await client.reserveSeats(seat(5))).__typename).toBe('Reservation');
    expect(operations().filter((name) => name === 'SignInAsGuest')).toHaveLength(2);
    guests.items.set(key, 'of another server');
    expect((await clientOf({ guests }).query(ViewerDocument, {})).viewer).toBeNull();
  });

  test('are signed in despite temporary faults', async () => {
    front.fates = [{ status: 502, body: 'Bad gateway' }, 'done, but the answer is lost'];
    expect((await clientOf({ guests: true }).reserveSeats(seat(6))).__typename).toBe('Reservation');
  });
});

test('a rate-limited sign-in waits as long as the server requests, and fails if that is too long', async () => {
  const limited = { __typename: 'RateLimited', code: 'RATE_LIMITED', message: 'Slower', cause: 'REQUESTS' };
  const refusing = (retryAfterMs: number) => ({
    status: 200,
    body: JSON.stringify({ data: { signInAsGuest: { ...limited, retryAfterMs } } }),
  });
  front.fates = [refusing(1)];
  expect((await clientOf({ guests: true }).reserveSeats(seat(20))).__typename).toBe('Reservation');
  front.fates = [refusing(60_000)];
  const tooLong = { name: 'HoldfastError', code: 'RATE_LIMITED', retryAfterMs: 60_000, isTemporary: true };
  await expect(clientOf({ guests: true }).reserveSeats(seat(21))).rejects.toMatchObject(tooLong);
});

describe('a function for tokens', () => {
  test('is called again when a token is refused, and the request is repeated', async () => {
    const good = await tokenFor('a buyer who comes back');
    const asked: (string | null)[] = [];
    const client = clientOf({
      token: (refused) => {
        asked.push(refused);
        return refused === 'run out' ? good : 'run out';
      },
    });
    expect((await client.reserveSeats(seat(7))).__typename).toBe('Reservation');
    expect(asked).toEqual([null, 'run out']);
    expect(front.requests.map(({ token }) => token)).toEqual(['run out', good]);
  });

  test('that has no other token ends with the refusal', async () => {
    const refused = { name: 'HoldfastError', code: 'UNAUTHENTICATED' };
    await expect(clientOf({ token: () => 'run out' }).reserveSeats(seat(8))).rejects.toMatchObject(refused);
    await expect(clientOf({ token: 'run out' }).query(ViewerDocument, {})).rejects.toMatchObject(refused);
    expect(front.requests).toHaveLength(2);
  });

  test('without a token, private operations are refused', async () => {
    await expect(clientOf().reserveSeats(seat(9))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(clientOf({ token: () => null }).reserveSeats(seat(9))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});
