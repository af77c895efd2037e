import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { RenewGuestDocument, ViewerDocument } from '../../src/client/generated/documents.ts';
import { openIdentity } from '../../src/identity/identity.ts';
import { dataOf, guestToken, hasRunOut } from '../support/graphql.ts';
import { jwtSecret, startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

let node: App;
beforeAll(async () => {
  node = await startNode({ env: { GUEST_TOKEN_SECONDS: '1', GUEST_SIGN_INS_PER_MINUTE: '4' } });
});
afterAll(() => node?.[Symbol.asyncDispose]());

const renew = async (token: string) =>
  (await dataOf(node.graphqlUrl, RenewGuestDocument, { input: { guestToken: token } })).renewGuest;
const viewerOf = async (token: string) => (await dataOf(node.graphqlUrl, ViewerDocument, {}, token)).viewer?.id;

/** A guest's token signed this long ago, by this server or with another secret. */
const guestOf = (secondsAgo: number, secret = jwtSecret) =>
  openIdentity({
    ...{ secret, jwksUrl: null, guestTokenSeconds: 60 },
    now: () => Date.now() - secondsAgo * 1000,
  }).signInAsGuest();

test('an expired guest is renewed as the same viewer', async () => {
  const token = await guestToken(node.graphqlUrl);
  const guest = await viewerOf(token);
  await waitFor(() => hasRunOut(node.graphqlUrl, token), { withinMs: 20_000, what: 'the end of the token' });
  const renewed = await renew(token);
  expect(renewed).toMatchObject({ __typename: 'GuestSession', viewer: { id: guest, roles: ['CUSTOMER'] } });
  expect(renewed.__typename === 'GuestSession' && (await viewerOf(renewed.token))).toBe(guest);
});

test('a token is renewed for an hour after it ran out, and not for longer', async () => {
  const late = await guestOf(60 + 3_500);
  expect(await renew(late.token)).toMatchObject({ __typename: 'GuestSession', viewer: { id: late.viewer.id } });
  const tooLate = await guestOf(60 + 3_700);
  expect(await renew(tooLate.token)).toMatchObject({
    __typename: 'InvalidInput',
    message: expect.stringContaining('expired'),
    path: ['guestToken'],
  });
});

test("no token but a guest's of this server is renewed", async () => {
  const { token } = await guestOf(0);
  const tokens = [
    await tokenFor('ann'),
    await tokenFor('guest_of_honour', ['ORGANIZER']),
    (await guestOf(0, 'the secret of another server, which is no shorter')).token,
    `${token.slice(0, -4)}AAAA`,
    `Bearer ${token}`,
    'no token',
    '',
  ];
  for (const other of tokens) {
    expect(await renew(other)).toMatchObject({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      path: ['guestToken'],
      faults: [{ path: ['guestToken'] }],
    });
  }
});

test('renewals are limited for each guest, without effect on others', async () => {
  const [one, other] = await Promise.all([guestOf(0), guestOf(0)]);
  const names = [];
  for (let nth = 0; nth < 6; nth += 1) names.push((await renew(one.token)).__typename);
  expect(names).toEqual([...Array(4).fill('GuestSession'), ...Array(2).fill('RateLimited')]);
  expect((await renew(other.token)).__typename).toBe('GuestSession');
});
