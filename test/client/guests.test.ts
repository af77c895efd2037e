import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import {
  createHoldfastClient,
  type HoldfastClient,
  MyBookingsDocument,
  MyReservationsDocument,
  ReserveSeatsDocument,
  ViewerDocument,
} from '../../src/client/index.ts';
import { openIdentity } from '../../src/identity/identity.ts';
import { type Offer, offer, reserve, seatAt } from '../api/venue.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, guestToken, send } from '../support/graphql.ts';
import { jwtSecret, startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { FaultyFront } from './faulty-front.ts';

const within = { withinMs: 20_000 };
const database = await testDatabase();
const env = { DATABASE_URL: database.url, MAX_ACTIVE_RESERVATIONS: '100', MAX_SEATS_PER_ADDRESS: '0' };

let node: App;
/** Its guest tokens expire after two seconds, plus five of clock tolerance. */
let hasty: App;
let hamlet: Offer;
let seats = 0;
beforeAll(async () => {
  [node, hasty] = await Promise.all([startNode({ env }), startNode({ env: { ...env, GUEST_TOKEN_SECONDS: '2' } })]);
  hamlet = await offer(node, { seats: 100 });
});
afterAll(async () => {
  await Promise.all([node, hasty].map((app) => app?.[Symbol.asyncDispose]()));
});

let front: FaultyFront;
beforeEach(async () => {
  front = await FaultyFront.open(hasty.graphqlUrl);
});
afterEach(async () => {
  vi.useRealTimers();
  await front[Symbol.asyncDispose]();
});

/** Like `localStorage`, which all tabs of a browser share. */
class Browser {
  token: string | null = null;

  getItem(): string | null {
    return this.token;
  }

  setItem(_key: string, token: string): void {
    this.token = token;
  }

  tab(url = front.graphqlUrl): HoldfastClient {
    const retry = { attempts: 3, firstWaitMs: 5, maxWaitMs: 20 };
    const client = createHoldfastClient({ url, guests: this, retry });
    onTestFinished(() => client.dispose());
    return client;
  }
}

/** Stops the device's clock at an offset. The server's, in the same process, continues. */
function setDeviceClock(aheadMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + aheadMs });
}

const viewerOf = async (client: HoldfastClient) => (await client.query(ViewerDocument, {})).viewer?.id;
const sent = () => front.requests.map(({ body }) => /(?:query|mutation) (\w+)/.exec(String(body.query))?.[1] ?? '');
const count = (operation: string) => sent().filter((name) => name === operation).length;

/** Another seat each time. */
function nextSeat(): number {
  seats += 1;
  return seats - 1;
}

async function hold(client: HoldfastClient): Promise<string> {
  const input = { eventId: hamlet.eventId, seatIds: [seatAt(hamlet.seatIds, nextSeat())] };
  const outcome = await client.reserveSeats(input);
  return outcome.__typename === 'Reservation' ? outcome.id : expect.fail(JSON.stringify(outcome));
}

/** Waits until the server refuses the token. */
const runOut = (token: string | null) =>
  waitFor(async () => (await send(hasty.graphqlUrl, ViewerDocument, {}, token ?? '')).errors?.[0]?.extensions?.code, {
    ...within,
    what: 'the end of the token',
  });

async function reservationsOf(client: HoldfastClient): Promise<readonly string[] | undefined> {
  const { viewer } = await client.query(MyReservationsDocument, {});
  return viewer?.reservations.edges.map((edge) => edge.node.id).sort();
}

/** The device's clock is slow, so that only the server notices the expiry. */
describe('a guest whose token ran out while the device slept', () => {
  interface Sleeper {
    readonly browser: Browser;
    readonly guest: string | undefined;
    readonly reservationId: string;
  }
  let asleep: Sleeper[];
  let sleeper: Sleeper;
  beforeAll(async () => {
    asleep = await Promise.all(Array.from({ length: 4 }, fallAsleep));
    for (const { browser } of asleep) await runOut(browser.token);
  });
  beforeEach(() => {
    sleeper = asleep.pop() ?? expect.fail('one for each test');
    setDeviceClock(-86_400_000);
  });

  /** Reserves without a client, which would renew the token. */
  async function fallAsleep(): Promise<Sleeper> {
    const browser = new Browser();
    browser.token = await guestToken(hasty.graphqlUrl);
    const { viewer } = await dataOf(hasty.graphqlUrl, ViewerDocument, {}, browser.token);
    const { id } = await reserve(hasty, hamlet, [nextSeat()], browser.token);
    return { browser, guest: viewer?.id, reservationId: id };
  }

  test('pays for the reservation, and finds the booking', async () => {
    const { browser, guest, reservationId } = sleeper;
    const client = browser.tab();
    const booked = await client.confirmReservation({ reservationId, paymentToken: 'tok_ok' });
    expect(booked.__typename).toBe('Booking');
    expect(sent().slice(0, 3)).toEqual(['ConfirmReservation', 'RenewGuest', 'ConfirmReservation']);
    const { viewer } = await client.query(MyBookingsDocument, {});
    expect(viewer).toMatchObject({ id: guest, bookings: { edges: [{ node: booked }] } });
  });

  test('continues with the same intent and key', async () => {
    await hold(sleeper.browser.tab());
    expect(sent().slice(0, 3)).toEqual(['ReserveSeats', 'RenewGuest', 'ReserveSeats']);
    const [first, , second] = front.requests;
    expect(second?.body).toEqual(first?.body);
    expect(first?.body).toMatchObject({ variables: { input: { idempotencyKey: expect.any(String) } } });
  });

  test('stays the same guest while the server cannot renew the token, and continues when it can', async () => {
    const { browser, guest } = sleeper;
    const client = browser.tab();
    const away = { status: 502, body: 'Bad gateway' };
    front.fates = ['pass', away, away, away];
    const input = { eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(-1) };
    // Without a key, so that there is one attempt.
    await expect(client.mutate(ReserveSeatsDocument, { input })).rejects.toMatchObject({ isTemporary: true });
    expect(count('SignInAsGuest')).toBe(0);
    expect(await viewerOf(client)).toBe(guest);
  });

  test('is the same guest in all tabs, whichever renews first', async () => {
    const { browser, guest } = sleeper;
    const tabs = [browser.tab(), browser.tab(), browser.tab()];
    await Promise.all(tabs.map(hold));
    expect(new Set(await Promise.all(tabs.map(viewerOf)))).toEqual(new Set([guest]));
    expect(count('SignInAsGuest')).toBe(0);
  });
});

describe('an idle tab', () => {
  test('renews its token before it runs out', async () => {
    const browser = new Browser();
    const client = browser.tab();
    await hold(client);
    const guest = await viewerOf(client);
    const [first, asked] = [browser.token, front.requests.length];
    await waitFor(() => browser.token !== first, { ...within, what: 'another token' });
    expect(new Set(sent().slice(asked))).toEqual(new Set(['RenewGuest']));
    await runOut(first);
    expect(await viewerOf(client)).toBe(guest);
    expect([count('SignInAsGuest'), count('Viewer')]).toEqual([1, 2]);
  });

  test('follows its reservation with the renewed token after the first has expired', async () => {
    const browser = new Browser();
    const client = createHoldfastClient({
      ...{ url: hasty.graphqlUrl, guests: browser, webSocketImpl: WebSocket },
      reconnect: { firstWaitMs: 20, maxWaitMs: 200 },
    });
    onTestFinished(() => client.dispose());
    const reservation = client.reservation(await hold(client));
    const states: string[] = [];
    onTestFinished(reservation.subscribe(() => void states.push(reservation.getSnapshot().state)));
    const isLive = () => reservation.getSnapshot().state === 'live';
    await waitFor(isLive, { ...within, what: 'the hold' });
    const guest = await viewerOf(client);
    await waitFor(() => states.includes('stale'), { ...within, what: 'the end of the connection' });
    await waitFor(isLive, { ...within, what: 'the hold again' });
    expect(await viewerOf(client)).toBe(guest);
  });

  test("renews once if the device's clock is wrong", async () => {
    setDeviceClock(3 * 86_400_000);
    await using steady = await FaultyFront.open(node.graphqlUrl);
    const renewals = () => steady.requests.filter(({ body }) => String(body.query).includes('renewGuest')).length;
    const browser = new Browser();
    const first = browser.tab(steady.graphqlUrl);
    await hold(first);
    for (let nth = 0; nth < 5; nth += 1) await viewerOf(first);
    expect(renewals()).toBe(0);
    // It did not see when the token came, and can only use the device's clock.
    const second = browser.tab(steady.graphqlUrl);
    await viewerOf(second);
    await waitFor(() => renewals() === 1, { ...within, what: 'the renewal' });
    for (let nth = 0; nth < 5; nth += 1) await Promise.all([viewerOf(first), viewerOf(second)]);
    expect(renewals()).toBe(1);
  });
});

describe('tabs that start at the same time', () => {
  test.each([
    ['for the first time', null],
    ['long after the token ran out', 60 + 3_700],
  ])('%s are one guest', async (_when, secondsAgo) => {
    const browser = new Browser();
    if (secondsAgo !== null) browser.token = await tokenOf(secondsAgo);
    const tabs = [browser.tab(node.graphqlUrl), browser.tab(node.graphqlUrl), browser.tab(node.graphqlUrl)];
    const held = await Promise.all(tabs.map(hold));
    for (const tab of tabs) expect(await reservationsOf(tab)).toEqual(held.toSorted());
  });
});

describe('an account that signs in where a guest was', () => {
  const signedIn = async (account: string, guests?: Browser, url = front.graphqlUrl) => {
    const retry = { attempts: 3, firstWaitMs: 5, maxWaitMs: 20 };
    const token = await tokenFor(account);
    const client = createHoldfastClient({ url, token, retry, ...(guests && { guests }) });
    onTestFinished(() => client.dispose());
    return client;
  };

  test('claims what the guest has, also after lost answers, and as often as it likes', async () => {
    // Where no renewal gets in between.
    await using steady = await FaultyFront.open(node.graphqlUrl);
    const browser = new Browser();
    const guest = browser.tab(steady.graphqlUrl);
    const id = await hold(guest);
    const account = await signedIn('ann', browser, steady.graphqlUrl);
    const asked = steady.requests.length;
    steady.fates = [{ status: 502, body: 'Bad gateway' }];
    const viewer = { __typename: 'Viewer', id: 'ann', roles: ['CUSTOMER'] };
    expect(await account.claimGuest()).toEqual(viewer);
    expect(steady.requests.slice(asked)).toHaveLength(2);
    expect(await account.claimGuest()).toEqual(viewer);
    expect(await reservationsOf(account)).toEqual([id]);
    expect(await reservationsOf(guest)).toEqual([]);
    const booked = await account.confirmReservation({ reservationId: id, paymentToken: 'tok_ok' });
    expect(booked.__typename).toBe('Booking');
  });

  test('claims nothing where there was no guest', async () => {
    expect(await (await signedIn('bea')).claimGuest()).toBeNull();
    expect(await (await signedIn('bea', new Browser())).claimGuest()).toBeNull();
    expect(front.requests).toEqual([]);
  });

  test('is told why a guest cannot be claimed any more', async () => {
    const browser = new Browser();
    browser.token = await tokenOf(60 + 3_700);
    expect(await (await signedIn('cas', browser)).claimGuest()).toMatchObject({ __typename: 'InvalidInput' });
  });

  test('while another tab follows what the guest holds, takes it out of that list', async () => {
    const browser = new Browser();
    const tab = createHoldfastClient({ url: node.graphqlUrl, guests: browser, webSocketImpl: WebSocket });
    onTestFinished(() => tab.dispose());
    const id = await hold(tab);
    const [all, one] = [tab.viewerReservations(), tab.reservation(id)];
    for (const store of [all, one]) onTestFinished(store.subscribe(() => {}));
    const isShown = () => all.getSnapshot().data?.length === 1 && one.getSnapshot().state === 'live';
    await waitFor(isShown, { ...within, what: 'the hold in both' });
    await (await signedIn('dan', browser, node.graphqlUrl)).claimGuest();
    const isGone = () => all.getSnapshot().data?.length === 0 && one.getSnapshot().state === 'failed';
    await waitFor(isGone, { ...within, what: 'the hold to be gone from both' });
    expect(one.getSnapshot().error?.code).toBe('NOT_FOUND');
  });
});

/** Token of a guest who signed in this long ago, valid for a minute. */
async function tokenOf(secondsAgo: number): Promise<string> {
  const now = () => Date.now() - secondsAgo * 1000;
  const identity = openIdentity({ secret: jwtSecret, jwksUrl: null, guestTokenSeconds: 60, now });
  return (await identity.signInAsGuest()).token;
}
