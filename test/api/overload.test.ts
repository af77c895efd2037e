import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { json } from 'node:stream/consumers';
import { print } from 'graphql';
import { expect, test } from 'vitest';
import { ReserveSeatsDocument, type ReserveSeatsMutation } from '../../src/client/generated/documents.ts';
import { createTestDatabase } from '../support/database.ts';
import type { Reply } from '../support/graphql.ts';
import { nodeEnv, tokenFor } from '../support/node.ts';
import { startRedis } from '../support/redis.ts';
import { ServerProcess } from './server-process.ts';
import { type Offer, offer, seatAt } from './venue.ts';

const seats = 2_000;
/** Many times what the node executes at once. */
const connections = 600;
const maxUnderWay = 20;
/** The longest that an answer may take on a machine with other things to do. */
const inTimeMs = 5_000;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly tookMs: number;
  readonly body: Reply<ReserveSeatsMutation>;
}

test('a node that is driven over its limits answers what it lets in, refuses the rest at once, and recovers by itself', {
  timeout: 120_000,
}, async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  const env = {
    ...nodeEnv,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MAX_OPERATIONS_UNDER_WAY: String(maxUnderWay),
  };
  await using server = ServerProcess.serve({ env, cwd: tmpdir() });
  const graphqlUrl = await server.ready();
  const sale = await offer({ graphqlUrl }, { seats });
  const reserve = await reserving(graphqlUrl, sale);

  const answers = await Promise.all(Array.from({ length: seats }, (_, index) => reserve(index)));

  const letIn = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);
  expect([letIn.length + refused.length, letIn.length > maxUnderWay, refused.length > 0]).toEqual([seats, true, true]);
  for (const { body } of letIn) expect(body.data?.reserveSeats.__typename).toBe('Reservation');
  for (const { body, retryAfter } of refused) {
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_BUSY', retryAfterMs: expect.any(Number) });
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  }
  expect(Math.max(...letIn.map(({ tookMs }) => tookMs))).toBeLessThan(inTimeMs);
  expect(median(refused)).toBeLessThan(median(letIn));

  // Whoever comes back gets what was refused before.
  const again = answers.findIndex(({ status }) => status === 503);
  expect(await reserve(again)).toMatchObject({ status: 200, body: { data: { reserveSeats: { status: 'ACTIVE' } } } });
});

/** Each seat by a viewer of its own, over a limited number of connections. Times begin when a connection is there. */
async function reserving(graphqlUrl: string, { eventId, seatIds }: Offer) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const tokens = await Promise.all(seatIds.map((_, index) => tokenFor(`viewer ${index}`)));
  const query = print(ReserveSeatsDocument);
  return (index: number) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[index]}` };
      let beganAt = 0;
      const outgoing = request(graphqlUrl, { agent, method: 'POST', headers }, (incoming) => {
        const tookMs = performance.now() - beganAt;
        const { statusCode: status = 0, headers } = incoming;
        json(incoming).then(
          (body) => resolve({ status, retryAfter: headers['retry-after'], tookMs, body: body as Answer['body'] }),
          reject,
        );
      });
      outgoing.on('socket', () => {
        beganAt = performance.now();
      });
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ query, variables: { input: { eventId, seatIds: [seatAt(seatIds, index)] } } }));
    });
}

function median(answers: readonly Answer[]): number {
  const sorted = answers.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
