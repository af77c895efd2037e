import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openClient as openApolloClient } from '../../examples/apollo-client/src/client.ts';
import * as apollo from '../../examples/apollo-client/src/operations.ts';
import { openClient as openUrql } from '../../examples/urql/src/client.ts';
import * as urql from '../../examples/urql/src/operations.ts';
import type { App } from '../../src/app.ts';
import { type Offer, offer } from '../api/venue.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

const manifest = (example: string) =>
  fileURLToPath(new URL(`../../examples/${example}/src/generated/persisted-documents.json`, import.meta.url));
const within = { withinMs: 10_000 };

describe.each([false, true])('where only trusted operations are executed, and sent as hashes: %s', (trusted) => {
  let node: App;
  let hamlet: Offer;
  beforeAll(async () => {
    // The event is created by this repository's client, whose operations are trusted as well.
    const manifests = `${manifest('apollo-client')},${manifest('urql')}`;
    node = await startNode({ env: { TRUSTED_OPERATIONS: manifests, TRUSTED_OPERATIONS_ONLY: String(trusted) } });
    hamlet = await offer(node);
  });
  afterAll(() => node?.[Symbol.asyncDispose]());

  test('the example of Apollo Client finds an event, reserves, and sees it on the map', async () => {
    let token: string | null = null;
    const options = { url: node.graphqlUrl, token: () => token, trustedOperations: trusted, webSocketImpl: WebSocket };
    const client = openApolloClient(options);
    const { data: list } = await client.query({ query: apollo.Events });
    expect(list?.events.edges.map((edge) => edge.node.name)).toContain('Hamlet');

    const { eventId } = hamlet;
    const updates: string[] = [];
    // The app applies deltas itself, and a cache must not keep them.
    const watching = { query: apollo.SeatMapChanges, variables: { eventId }, fetchPolicy: 'no-cache' } as const;
    const subscription = client.subscribe(watching).subscribe(({ data }) => {
      updates.push(`${data?.seatMap.__typename} ${data?.seatMap.availability.reserved}`);
    });
    await waitFor(() => updates.length === 1, { ...within, what: 'the map' });

    const guest = (await client.mutate({ mutation: apollo.SignInAsGuest })).data?.signInAsGuest;
    token = guest?.__typename === 'GuestSession' ? guest.token : null;
    const { data: free } = await client.query({ query: apollo.FreeSeats, variables: { eventId, first: 2 } });
    const seatIds = (free?.event?.seats.edges ?? []).map((edge) => edge.node.id);
    const input = { eventId, seatIds, idempotencyKey: 'an intent of Apollo' };
    const { data } = await client.mutate({ mutation: apollo.ReserveSeats, variables: { input } });
    expect(data?.reserveSeats).toMatchObject({ __typename: 'Reservation', total: { amount: 10_000 } });
    const taken = { ...input, idempotencyKey: 'another intent of Apollo' };
    const again = await client.mutate({ mutation: apollo.ReserveSeats, variables: { input: taken } });
    expect(again.data?.reserveSeats).toMatchObject({
      __typename: 'SeatsUnavailable',
      code: 'SEATS_UNAVAILABLE',
      seatIds,
    });
    await waitFor(() => updates.includes('SeatMapDelta 2'), { ...within, what: 'the news' });
    subscription.unsubscribe();
    client.stop();
  });

  test('the example of urql does the same', async () => {
    let token: string | null = null;
    const options = { url: node.graphqlUrl, token: () => token, trustedOperations: trusted, webSocketImpl: WebSocket };
    const client = openUrql(options);
    const list = await client.query(urql.Events, {}).toPromise();
    expect(list.error).toBeUndefined();
    expect(list.data?.events.edges.map((edge) => edge.node.name)).toContain('Hamlet');

    const { eventId } = hamlet;
    const updates: string[] = [];
    const { unsubscribe } = client.subscription(urql.SeatMapChanges, { eventId }).subscribe(({ data }) => {
      updates.push(`${data?.seatMap.__typename}`);
    });
    await waitFor(() => updates.length === 1, { ...within, what: 'the map' });

    const guest = (await client.mutation(urql.SignInAsGuest, {}).toPromise()).data?.signInAsGuest;
    token = guest?.__typename === 'GuestSession' ? guest.token : null;
    const free = await client.query(urql.FreeSeats, { eventId, first: 2 }).toPromise();
    const seatIds = (free.data?.event?.seats.edges ?? []).map((edge) => edge.node.id);
    const input = { eventId, seatIds, idempotencyKey: 'an intent of urql' };
    const { data } = await client.mutation(urql.ReserveSeats, { input }).toPromise();
    expect(data?.reserveSeats).toMatchObject({ __typename: 'Reservation' });
    await waitFor(() => updates.includes('SeatMapDelta'), { ...within, what: 'the news' });
    unsubscribe();
  });
});
