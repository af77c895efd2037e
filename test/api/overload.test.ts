import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { json } from 'node:stream/consumers';
import { print } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReserveSeatsDocument, type ReserveSeatsMutation } from '../../src/client/generated/documents.ts';
import { onServer } from '../support/create-database.ts';
import { testDatabase } from '../support/database.ts';
import type { Reply } from '../support/graphql.ts';
import { nodeEnv, tokenFor } from '../support/node.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { ServerProcess } from './server-process.ts';
import { type Offer, offer, seatAt } from './venue.ts';

const seats = 2_000;
/** Many times the node's limit. */
const connections = 600;
const maxInFlight = 20;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Reply<ReserveSeatsMutation>;
}

const database = await testDatabase();
const redis = await testRedis();
let server: ServerProcess;
let graphqlUrl: string;
beforeAll(async () => {
  const limits = { MAX_OPERATIONS_IN_FLIGHT: String(maxInFlight) };
  const env = { ...nodeEnv, DATABASE_URL: database.url, REDIS_URL: redis.url, ...limits };
  server = ServerProcess.serve({ env, cwd: tmpdir() });
  graphqlUrl = await server.ready();
});
afterAll(() => server?.[Symbol.asyncDispose]());

test('an overloaded node answers admitted requests, refuses others, and recovers by itself', {
  timeout: 120_000,
}, async () => {
  const reserve = await reserving(graphqlUrl, await offer({ graphqlUrl }, { seats }));

  const answers = await Promise.all(Array.from({ length: seats }, (_, index) => reserve(index)));

  const letIn = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);
  expect([letIn.length + refused.length, letIn.length >= maxInFlight, refused.length > 0]).toEqual([seats, true, true]);
  expectReserved(letIn);
  expectRefused(refused);

  // A retry succeeds.
  const again = answers.findIndex(({ status }) => status === 503);
  expectReserved([await reserve(again)]);
});

test('a full node refuses at once, without queueing', async () => {
  const coming = 3 * maxInFlight;
  const reserve = await reserving(graphqlUrl, await offer({ graphqlUrl }, { seats: coming }));
  const answers: Answer[] = [];
  const refused = () => answers.length >= coming - maxInFlight;
  const all = await onServer(database.url, (sql) =>
    sql.begin(async (held) => {
      // Blocks all admitted requests until the end of the transaction.
      await held`lock table seats in exclusive mode`;
      const all = Array.from({ length: coming }, async (_, index) => {
        answers.push(await reserve(index));
      });
      await waitFor(refused, { withinMs: 2_500, what: 'the others to be refused' });
      expectRefused(answers);
      return all;
    }),
  );
  await Promise.all(all);
  const letIn = answers.filter(({ status }) => status === 200);
  expect(letIn.length).toBe(maxInFlight);
  expectReserved(letIn);
});

function expectReserved(answers: readonly Answer[]): void {
  const reserved = { status: 200, body: { data: { reserveSeats: { __typename: 'Reservation', status: 'ACTIVE' } } } };
  for (const answer of answers) expect(answer).toMatchObject(reserved);
}

function expectRefused(answers: readonly Answer[]): void {
  const extensions = { code: 'SERVICE_BUSY', retryAfterMs: expect.any(Number) };
  for (const answer of answers) expect(answer).toMatchObject({ status: 503, body: { errors: [{ extensions }] } });
  for (const { retryAfter } of answers) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
}

/** One seat for each viewer, over a limited number of connections. */
async function reserving(graphqlUrl: string, { eventId, seatIds }: Offer) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const tokens = await Promise.all(seatIds.map((_, index) => tokenFor(`viewer ${index}`)));
  const query = print(ReserveSeatsDocument);
  return (index: number) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[index]}` };
      const outgoing = request(graphqlUrl, { agent, method: 'POST', headers }, (incoming) => {
        const { statusCode: status = 0, headers } = incoming;
        json(incoming).then(
          (body) => resolve({ status, retryAfter: headers['retry-after'], body: body as Answer['body'] }),
          reject,
        );
      });
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ query, variables: { input: { eventId, seatIds: [seatAt(seatIds, index)] } } }));
    });
}
