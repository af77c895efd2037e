import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  BlockSeatsDocument,
  CreateEventDocument,
  SetSalesStatusDocument,
  UnblockSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { decodeEventId } from '../../src/graphql/ids.ts';
import { onServer } from '../support/create-database.ts';
import { type CutPoint, CuttingLink, cutPoints } from '../support/cutting-link.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, newBuyer, reservationIn } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import { eventInput, type Offer, offer, organizerToken, planOf, seatAt } from './venue.ts';

/** A change takes a few messages: the transaction, its locks, the statement, the commit. */
const STORE_MESSAGES = 5;
const MAX_ATTEMPTS = 5;

const { url } = await testDatabase();
let store: CuttingLink;
let clients: CuttingLink;
let node: App;

beforeAll(async () => {
  const direct = new URL(url);
  store = await CuttingLink.open(Number(direct.port), (message) => !isGoodbye(message));
  direct.hostname = '127.0.0.1';
  direct.port = String(store.port);
  node = await startNode({
    env: { DATABASE_URL: direct.href, DATABASE_POOL_SIZE: '2', MAX_EXTENSIONS: '5', MAX_ACTIVE_RESERVATIONS: '100' },
  });
  clients = await CuttingLink.open(Number(new URL(node.url).port));
});
afterAll(async () => {
  await clients?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
});

/** Postgres does not answer a client's Terminate. */
function isGoodbye(message: Buffer): boolean {
  return message.toString('latin1') === 'X\0\0\0\x04';
}

/** One request of a buyer or an organizer. */
interface Intent {
  /** Sends it by any connection to the node, unchanged each time. */
  send(way: Pick<App, 'graphqlUrl'>): Promise<{ readonly __typename: string }>;
  /** Its effect in the store. */
  effect(): Promise<unknown>;
  /** The effect of executing it once. */
  readonly expected: unknown;
}

/** Ways to lose an answer, with the number of retries after one arrived. */
const ways = [
  ...cutPoints.map((at) => ({ link: 'client' as const, at, nthMessage: 1 })),
  ...Array.from({ length: STORE_MESSAGES }, (_, before) =>
    cutPoints.map((at) => ({ link: 'store' as const, at, nthMessage: before + 1 })),
  ).flat(),
].map((way, place) => ({ ...way, repeats: place % MAX_ATTEMPTS }));

async function sendThrough(intent: Intent, way: { link: 'client' | 'store'; at: CutPoint; nthMessage: number }) {
  const link = way.link === 'client' ? clients : store;
  const before = link.cuts;
  link.cutOnce(way.at, way.nthMessage);
  const graphqlUrl = new URL(node.graphqlUrl);
  if (way.link === 'client') graphqlUrl.port = String(clients.port);
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await intent.send({ graphqlUrl: graphqlUrl.href });
      // The cut may have hit a message of the node itself, and still be to come. There may be no later messages.
      if (way.nthMessage === 1) await waitFor(() => link.cuts === before + 1, { withinMs: 10_000, what: 'the cut' });
      if (answer.__typename !== 'ServiceBusy') return answer;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !(isLostAnswer(error) || isBusy(error))) throw error;
    } finally {
      link.disarm();
    }
    await ready();
  }
}

function isLostAnswer(error: unknown): boolean {
  return error instanceof Error && /^fetch failed$|^terminated$/.test(error.message);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /SERVICE_BUSY|ServiceBusy/.test(error.message);
}

/** A cut during the health check makes the node refuse everything until the next one. */
async function served<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isBusy(error)) throw error;
    }
    await ready();
  }
}

function ready(): Promise<unknown> {
  const isReady = async () => (await fetch(`${node.url}/readyz`)).ok;
  return waitFor(isReady, { withinMs: 5_000, what: 'the node to ask the store again' });
}

function notBusy<Answer extends { readonly __typename: string }>(answer: Answer): Answer {
  if (answer.__typename === 'ServiceBusy') throw new Error(answer.__typename);
  return answer;
}

/** Without fields that change by themselves. */
function lasting(answer: object): object {
  return { ...answer, expiresInMs: null };
}

const intents: Record<string, (sale: Offer, buyer: Buyer) => Promise<Intent>> = {
  reserveSeats: async (sale, buyer) => ({
    send: (way) => buyer.reserve(way, sale, [3, 1], 'intent'),
    effect: async () => [
      (await storedStatuses(node, sale)).slice(0, 4),
      await countRows((sql) => sql`select from reservations where event_id = ${uuidOf(sale)}`),
    ],
    expected: [['AVAILABLE', 'RESERVED', 'AVAILABLE', 'RESERVED'], 1],
  }),
  extendReservation: async (sale, buyer) => {
    const { id, expiresAt } = reservationIn(await buyer.reserve(node, sale, [1]));
    return {
      send: (way) => buyer.extend(way, id, 'intent'),
      effect: async () => Date.parse((await buyer.look(node, id))?.expiresAt ?? '') - Date.parse(expiresAt),
      expected: 300_000,
    };
  },
  confirmReservation: async (sale, buyer) => {
    const { id } = reservationIn(await buyer.reserve(node, sale, [1, 2]));
    return {
      send: (way) => buyer.confirm(way, id),
      effect: () => countRows((sql) => sql`select from bookings where event_id = ${uuidOf(sale)}`),
      expected: 1,
    };
  },
  'cancelReservation of some seats': async (sale, buyer) => {
    const { id } = reservationIn(await buyer.reserve(node, sale, [1, 2, 4]));
    return {
      send: (way) => buyer.cancel(way, id, [seatAt(sale.seatIds, 2)], 'intent'),
      effect: async () => (await buyer.look(node, id))?.seats.map(({ index }) => index),
      expected: [1, 4],
    };
  },
  'cancelReservation of all': async (sale, buyer) => {
    const { id } = reservationIn(await buyer.reserve(node, sale, [1, 2]));
    return {
      send: (way) => buyer.cancel(way, id, null, 'intent'),
      effect: async () => [(await buyer.look(node, id))?.status, (await storedStatuses(node, sale)).slice(0, 4)],
      expected: ['CANCELLED', ['AVAILABLE', 'AVAILABLE', 'AVAILABLE', 'AVAILABLE']],
    };
  },
  createEvent: async () => {
    const name = `Festival ${randomUUID()}`;
    const input = { ...eventInput, name, plan: planOf(30), idempotencyKey: name };
    return {
      send: async (way) =>
        (await dataOf(way.graphqlUrl, CreateEventDocument, { input }, await organizerToken)).createEvent,
      effect: () => countRows((sql) => sql`select from events where name = ${name}`),
      expected: 1,
    };
  },
  setSalesStatus: async ({ eventId, ...sale }) => ({
    send: async (way) => {
      const variables = { input: { eventId, salesStatus: 'PAUSED' as const } };
      return (await dataOf(way.graphqlUrl, SetSalesStatusDocument, variables, await organizerToken)).setSalesStatus;
    },
    effect: async () => notBusy(await (await newBuyer()).reserve(node, { eventId, ...sale }, [0])).__typename,
    expected: 'SalesNotOpen',
  }),
  blockSeats: async (sale) => ({
    send: async (way) => {
      const variables = { input: { eventId: sale.eventId, seatIds: sale.seatIds.slice(0, 2) } };
      return (await dataOf(way.graphqlUrl, BlockSeatsDocument, variables, await organizerToken)).blockSeats;
    },
    effect: async () => (await storedStatuses(node, sale)).slice(0, 3),
    expected: ['BLOCKED', 'BLOCKED', 'AVAILABLE'],
  }),
  unblockSeats: async (sale) => {
    const variables = { input: { eventId: sale.eventId, seatIds: sale.seatIds.slice(0, 2) } };
    await dataOf(node.graphqlUrl, BlockSeatsDocument, variables, await organizerToken);
    return {
      send: async (way) =>
        (await dataOf(way.graphqlUrl, UnblockSeatsDocument, variables, await organizerToken)).unblockSeats,
      effect: async () => (await storedStatuses(node, sale)).slice(0, 3),
      expected: ['AVAILABLE', 'AVAILABLE', 'AVAILABLE'],
    };
  },
};

const uuidOf = ({ eventId }: Offer) => decodeEventId(eventId) ?? '';

/** Number of rows, not read through the link that is cut. */
function countRows(query: (sql: postgres.Sql) => postgres.PendingQuery<postgres.Row[]>): Promise<number> {
  return onServer(url, async (sql) => (await query(sql)).length);
}

describe.each(Object.entries(intents))('%s', (_, begin) => {
  test.each(ways)(
    'has one effect and one answer, cut $at $nthMessage of the $link link, sent again $repeats times',
    async ({ repeats, ...way }) => {
      const intent = await served(async () => begin(await offer(node, { seats: 10 }), await newBuyer()));
      const answer = await sendThrough(intent, way);
      const again = () => served(async () => notBusy(await intent.send(node)));
      for (let nth = 0; nth < repeats; nth++) expect(lasting(await again())).toEqual(lasting(answer));
      expect(await served(() => intent.effect())).toEqual(intent.expected);
    },
  );
});
