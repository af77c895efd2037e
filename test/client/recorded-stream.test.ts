import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import {
  EventSectionsDocument,
  SeatMapDocument,
  type SeatMapSubscription,
  unpackSeatCodes,
} from '../../src/client/index.ts';
import { requestOf } from '../../src/client/operation.ts';
import { type SeatMapState, seatMapAfter } from '../../src/client/seat-map-state.ts';
import { packChanges } from '../../src/live/packing.ts';
import { offer, reserve } from '../api/venue.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

type Update = SeatMapSubscription['seatMap'];

const reservations = 8;
const seatCount = 20;
let node: App;
const recorded: Update[] = [];
let last: readonly number[] = [];

/** Records a map's messages during changes, and the final map. */
beforeAll(async () => {
  node = await startNode();
  const { eventId, seatIds } = await offer(node, { seats: seatCount });
  const client = createClient({ url: node.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
  const { query = '' } = requestOf(SeatMapDocument, {}, false);
  client.subscribe<SeatMapSubscription>(
    { query, variables: { eventId } },
    { next: ({ data }) => data && recorded.push(data.seatMap), error: () => {}, complete: () => {} },
  );
  await waitFor(() => recorded.length === 1, { withinMs: 5_000, what: 'the map' });
  for (let index = 0; index < reservations; index += 1) {
    await reserve(node, { eventId, seatIds }, [index], await tokenFor(`buyer ${index}`));
    const isTold = () => recorded.at(-1)?.availability.reserved === index + 1;
    await waitFor(isTold, { withinMs: 5_000, what: 'the news' });
  }
  const { event } = await dataOf(node.graphqlUrl, EventSectionsDocument, { eventId });
  last = Array.from(unpackSeatCodes(event?.seatMap.statuses ?? '', seatCount));
  await client.dispose();
});
afterAll(() => node?.[Symbol.asyncDispose]());

/** Null if any message does not fit. */
function replayed(updates: readonly Update[]): SeatMapState | null {
  let state: SeatMapState | null = null;
  for (const update of updates) {
    state = seatMapAfter(state, update, state);
    if (state === null) return null;
  }
  return state;
}

test("all messages make the server's map", () => {
  expect(recorded.length).toBeGreaterThan(reservations);
  expect(Array.from(replayed(recorded)?.statuses ?? [])).toEqual(last);
});

test('a missing message is noticed, except the last one', () => {
  for (let missing = 0; missing < recorded.length - 1; missing += 1) {
    expect(replayed(recorded.filter((_, at) => at !== missing))).toBeNull();
  }
  expect(replayed(recorded.slice(0, -1))?.availability.reserved).toBe(reservations - 1);
});

test('swapped messages are noticed', () => {
  for (let at = 2; at < recorded.length; at += 1) {
    const [one, other] = [recorded[at - 1], recorded[at]];
    if (one === undefined || other === undefined) continue;
    expect(replayed(recorded.toSpliced(at - 1, 2, other, one))).toBeNull();
  }
});

test('a duplicate message changes nothing', () => {
  for (let at = 0; at < recorded.length; at += 1) {
    const twice = replayed(recorded.toSpliced(at, 0, ...recorded.slice(at, at + 1)));
    expect(Array.from(twice?.statuses ?? [])).toEqual(last);
  }
});

test('any of its states can be resumed', () => {
  for (let at = 1; at <= recorded.length; at += 1) {
    let state = replayed(recorded.slice(0, at));
    for (const update of recorded.slice(Math.max(at - 1, 1))) state = seatMapAfter(state, update, state);
    expect(Array.from(state?.statuses ?? [])).toEqual(last);
  }
});

test('a message with an unknown seat does not fit', () => {
  const [snapshot] = recorded;
  const delta = recorded.find((update) => update.__typename === 'SeatMapDelta');
  if (snapshot === undefined || delta?.__typename !== 'SeatMapDelta') return expect.fail('nothing was recorded');
  const stray = {
    ...delta,
    fromRevision: snapshot.revision,
    changes: packChanges([{ index: seatCount, status: 'BOOKED' }]),
  };
  expect(replayed([snapshot, stray])).toBeNull();
  expect(replayed([snapshot, { ...stray, changes: 'no base64!' }])).toBeNull();
  expect(replayed([{ ...snapshot, availability: { ...snapshot.availability, total: seatCount + 4 } }])).toBeNull();
});
