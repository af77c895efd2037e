import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  BookingDocument,
  ClaimGuestDocument,
  MyBookingsDocument,
  MyReservationsDocument,
  ReservationChangesDocument,
  type ReservationDetailsFragment,
  SeatMapDocument,
  SeatsDocument,
  ViewerReservationChangesDocument,
} from '../../src/client/generated/documents.ts';
import { openIdentity } from '../../src/identity/identity.ts';
import { unpackChanges } from '../../src/live/packing.ts';
import { dataOf, guestToken } from '../support/graphql.ts';
import { jwtSecret, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { Buyer, bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer, organizerToken } from './venue.ts';
import { type SeatMapMessage, Watch } from './watching.ts';

const soon = { withinMs: 20_000 };
let nodes: TwoNodes;
let hamlet: Offer;
let tempest: Offer;
let nextSeat = 0;
beforeAll(async () => {
  nodes = await startTwoNodes({
    env: { MAX_ACTIVE_RESERVATIONS: '2', MAX_SEATS_PER_ADDRESS: '0', GUEST_SIGN_INS_PER_MINUTE: '0' },
  });
  [hamlet, tempest] = await Promise.all([offer(nodes.a, { seats: 60 }), offer(nodes.a, { seats: 60 })]);
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

const newGuest = async () => new Buyer(await guestToken(nodes.a.graphqlUrl));
const claim = async (by: Buyer, token: string, at: App = nodes.a) =>
  (await dataOf(at.graphqlUrl, ClaimGuestDocument, { input: { guestToken: token } }, by.token)).claimGuest;
/** Of one seat that no other test uses. */
const hold = async (buyer: Buyer, of = hamlet, at: App = nodes.a) =>
  reservationIn(await buyer.reserve(at, of, [nextSeat++]));

const reservationIdsOf = async ({ token }: Buyer) => {
  const { viewer } = await dataOf(nodes.b.graphqlUrl, MyReservationsDocument, {}, token);
  return viewer?.reservations.edges.map(({ node }) => node.id).sort();
};

/** States that a device is told. */
function follow(token: string, id?: string) {
  const states: ReservationDetailsFragment[] = [];
  const hear = (state: ReservationDetailsFragment) => states.push(state);
  const watch =
    id === undefined
      ? new Watch(nodes.b, ViewerReservationChangesDocument, {
          ...{ variables: {}, token },
          hear: ({ viewerReservations }) => hear(viewerReservations),
        })
      : new Watch(nodes.b, ReservationChangesDocument, {
          ...{ variables: { id }, token },
          hear: ({ reservation }) => hear(reservation),
        });
  onTestFinished(() => watch[Symbol.asyncDispose]());
  const told = (reservationId: string) => states.filter((state) => state.id === reservationId);
  return {
    told,
    end: () => watch.end,
    until: (reservationId: string, status = 'ACTIVE') =>
      waitFor(() => told(reservationId).at(-1)?.status === status, { ...soon, what: `${status} to be told` }),
  };
}

describe('claimGuest', () => {
  test('gives what a guest has to the account, which can do with it whatever the guest could', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    const held = [await hold(guest), await hold(guest), await hold(guest, tempest)];
    const [one, other, third] = held.map(({ id }) => id);
    const booking = bookingIn(await guest.confirm(nodes.a, String(one), 'tok_ok'));
    expect(await claim(account, guest.token, nodes.b)).toMatchObject({ __typename: 'Viewer', roles: ['CUSTOMER'] });

    expect(await reservationIdsOf(account)).toEqual([one, other, third].sort());
    expect(await reservationIdsOf(guest)).toEqual([]);
    const bookingFor = async ({ token }: Buyer) =>
      (await dataOf(nodes.b.graphqlUrl, BookingDocument, { id: booking.id }, token)).booking;
    expect(await bookingFor(account)).toEqual(booking);
    expect(await bookingFor(guest)).toBeNull();
    const { viewer } = await dataOf(nodes.a.graphqlUrl, MyBookingsDocument, {}, account.token);
    expect(viewer?.bookings.edges.map(({ node }) => node.id)).toEqual([booking.id]);
    expect(await guest.look(nodes.a, String(other))).toBeNull();
    const refused = { __typename: 'NotFound' };
    expect(await guest.extend(nodes.a, String(other))).toMatchObject(refused);
    expect(await guest.confirm(nodes.a, String(other), 'tok_ok')).toMatchObject(refused);
    expect(await guest.confirm(nodes.a, String(one), 'tok_ok')).toMatchObject(refused);
    expect(await guest.cancel(nodes.a, String(other))).toMatchObject(refused);
    expect(reservationIn(await account.extend(nodes.a, String(other))).extensionsLeft).toBe(0);
    expect(bookingIn(await account.confirm(nodes.b, String(other), 'tok_ok')).status).toBe('CONFIRMED');
    expect(bookingIn(await account.confirm(nodes.b, String(one))).id).toBe(booking.id);
    expect(reservationIn(await account.cancel(nodes.a, String(third))).status).toBe('CANCELLED');
  });

  test('again does nothing more, and takes what the guest has reserved since', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    const first = await hold(guest);
    const answer = await claim(account, guest.token);
    expect(await claim(account, guest.token, nodes.b)).toEqual(answer);
    const second = await hold(guest, tempest);
    expect(await reservationIdsOf(guest)).toEqual([second.id]);
    expect(await claim(account, guest.token)).toEqual(answer);
    expect(await reservationIdsOf(account)).toEqual([first.id, second.id].sort());
    expect(await claim(await newBuyer(), guest.token)).toMatchObject({ __typename: 'Viewer' });
    expect(await reservationIdsOf(account)).toEqual([first.id, second.id].sort());
  });

  test('is not refused for the limit of active reservations, which holds for what is reserved then', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    for (const buyer of [guest, guest, account, account]) await hold(buyer);
    await claim(account, guest.token);
    const ids = (await reservationIdsOf(account)) ?? [];
    expect(ids).toHaveLength(4);
    const limit = { __typename: 'ReservationLimitExceeded', limit: 2 };
    expect(await account.reserve(nodes.a, hamlet, [nextSeat++])).toMatchObject(limit);
    for (const id of ids.slice(0, 2)) await account.cancel(nodes.a, id);
    expect(await account.reserve(nodes.a, hamlet, [nextSeat++])).toMatchObject(limit);
    await account.cancel(nodes.a, ids.at(-1) ?? '');
    await hold(account);
  });

  test('leaves keys of requests harmless', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    const [ofGuest, ofAccount] = [nextSeat++, nextSeat++];
    const { id } = reservationIn(await guest.reserve(nodes.a, hamlet, [ofGuest], 'one key'));
    const own = reservationIn(await account.reserve(nodes.a, hamlet, [ofAccount], 'one key'));
    await guest.extend(nodes.a, id, 'one key');
    await claim(account, guest.token);
    expect(await account.reserve(nodes.a, hamlet, [ofAccount], 'one key')).toMatchObject({ id: own.id });
    const conflict = { __typename: 'IdempotencyConflict' };
    expect(await account.reserve(nodes.a, hamlet, [ofGuest], 'one key')).toMatchObject(conflict);
    expect(await guest.extend(nodes.a, id, 'one key')).toMatchObject({ __typename: 'NotFound' });
    for (const node of [nodes.a, nodes.b])
      expect(await guest.reserve(node, hamlet, [ofGuest], 'one key')).toMatchObject(conflict);
    await account.cancel(nodes.a, id);
    expect(await guest.reserve(nodes.a, hamlet, [ofGuest], 'one key')).toMatchObject(conflict);
    expect(reservationIn(await guest.reserve(nodes.a, hamlet, [ofGuest], 'another')).status).toBe('ACTIVE');
  });

  test("takes a guest's token for an hour after it ran out, and no other", async () => {
    const guestOf = async (secondsAgo: number, secret = jwtSecret) => {
      const now = () => Date.now() - secondsAgo * 1000;
      return (await openIdentity({ secret, jwksUrl: null, guestTokenSeconds: 60, now }).signInAsGuest()).token;
    };
    const account = await newBuyer();
    expect(await claim(account, await guestOf(3_500))).toMatchObject({ __typename: 'Viewer' });
    const { token } = await newBuyer();
    const others = [
      ...[token, await organizerToken, await tokenFor('guest_of_honour', ['ORGANIZER'])],
      ...[await guestOf(60 + 3_700), await guestOf(0, 'the secret of another server, which is no shorter')],
      ...[`Bearer ${await guestOf(0)}`, 'no token', ''],
    ];
    const refused = { __typename: 'InvalidInput', path: ['guestToken'], faults: [{ path: ['guestToken'] }] };
    for (const other of others) expect(await claim(account, other)).toMatchObject(refused);
  });

  test('is not for guests', async () => {
    const [guest, other] = [await newGuest(), await newGuest()];
    const { id } = await hold(guest);
    const refused = { __typename: 'InvalidInput', message: expect.stringContaining('guest') };
    expect(await claim(other, guest.token)).toMatchObject(refused);
    expect(await claim(guest, guest.token)).toMatchObject(refused);
    expect(await reservationIdsOf(guest)).toEqual([id]);
  });
});

describe('those who follow', () => {
  test('what a viewer holds see it come, and go', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    const [before, after] = [follow(guest.token), follow(account.token)];
    const own = await hold(account);
    const ended = await hold(guest);
    await guest.cancel(nodes.a, ended.id);
    const running = await hold(guest);
    await before.until(running.id);
    await after.until(own.id);
    await claim(account, guest.token);
    await after.until(running.id);
    await waitFor(before.end, { ...soon, what: 'the end of what the guest follows' });
    expect(before.end()).toBe('completed');
    await account.cancel(nodes.a, running.id);
    await after.until(running.id, 'CANCELLED');
    expect(after.told(ended.id)).toEqual([]);
    expect(before.told(running.id).map(({ status }) => status)).toEqual(['ACTIVE']);
  });

  test('one reservation are refused once it is not theirs, unless they are organizers', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    const { id } = await hold(guest);
    const [before, organizer] = [follow(guest.token, id), follow(await organizerToken, id)];
    await before.until(id);
    await organizer.until(id);
    await claim(account, guest.token);
    await waitFor(before.end, { ...soon, what: 'the refusal' });
    expect(before.end()).toMatchObject({ error: [{ extensions: { code: 'NOT_FOUND' } }] });
    const after = follow(account.token, id);
    await after.until(id);
    await account.confirm(nodes.a, id, 'tok_ok');
    for (const device of [after, organizer]) await device.until(id, 'CONFIRMED');
    expect(before.told(id).map(({ status }) => status)).toEqual(['ACTIVE']);
  });

  test('a seat map see nothing of it', async () => {
    const [guest, account] = [await newGuest(), await newBuyer()];
    const macbeth = await offer(nodes.a);
    reservationIn(await guest.reserve(nodes.a, macbeth, [0]));
    const messages: SeatMapMessage[] = [];
    const watch = new Watch(nodes.b, SeatMapDocument, {
      variables: { eventId: macbeth.eventId },
      hear: ({ seatMap }) => messages.push(seatMap),
    });
    onTestFinished(() => watch[Symbol.asyncDispose]());
    await waitFor(() => messages.length > 0, { ...soon, what: 'the map' });
    await claim(account, guest.token);
    const { event } = await dataOf(
      nodes.b.graphqlUrl,
      SeatsDocument,
      { eventId: macbeth.eventId, first: 1 },
      account.token,
    );
    expect(event?.seats.edges).toMatchObject([{ node: { status: 'RESERVED', reservedByViewer: true } }]);
    reservationIn(await account.reserve(nodes.a, macbeth, [1]));
    const changed = () =>
      messages.flatMap((message) => (message.__typename === 'SeatMapDelta' ? unpackChanges(message.changes) : []));
    await waitFor(() => changed().length > 0, { ...soon, what: 'the next seat' });
    expect(changed()).toEqual([{ index: 1, status: 'RESERVED' }]);
  });
});
