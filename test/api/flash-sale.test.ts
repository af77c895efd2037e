import { Agent } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { ReserveSeatsDocument, type ReserveSeatsMutation } from '../../src/client/generated/documents.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { Buyer } from './buyer.ts';
import { print } from './figures.ts';
import { postOver } from './post-over.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes } from './two-nodes.ts';
import { type Offer, offer, seatAt } from './venue.ts';

const seatCount = 100;
const viewerCount = 2_000;
/** A listening socket's default backlog is 511 connections. */
const maxSocketsPerNode = 400;
/** The default setting. */
const env = { RATE_LIMIT_PER_MINUTE: '60' };

type Outcome = ReserveSeatsMutation['reserveSeats'];

interface Answer {
  readonly token: string;
  readonly seatId: string;
  readonly outcome: Outcome;
}

/** Every viewer wants one seat, twenty of them the same one, through the nodes in rotation. */
async function rush(nodes: readonly App[], { eventId, seatIds }: Offer): Promise<Answer[]> {
  const tokens = await Promise.all(Array.from({ length: viewerCount }, (_, nth) => tokenFor(`viewer ${nth}`)));
  const agent = new Agent({ keepAlive: true, maxSockets: maxSocketsPerNode });
  const post = postOver(agent, ReserveSeatsDocument);
  const start = performance.now();
  const answers = await Promise.all(
    tokens.map(async (token, nth): Promise<Answer> => {
      const seatId = seatAt(seatIds, nth % seatCount);
      const url = nodes[Math.floor(nth / seatCount) % nodes.length]?.graphqlUrl ?? '';
      const variables = { input: { eventId, seatIds: [seatId], idempotencyKey: 'the one and only' } };
      const { data, errors } = await post(url, variables, token);
      if (data == null) throw new Error(JSON.stringify(errors));
      return { token, seatId, outcome: data.reserveSeats };
    }),
  );
  const tookMs = performance.now() - start;
  print(`${viewerCount} reservations in ${Math.round(tookMs)} ms, ${Math.round((viewerCount / tookMs) * 1000)}/s`);
  agent.destroy();
  return answers;
}

async function expectEachSeatReservedOnce(answers: readonly Answer[], node: App, sale: Offer): Promise<void> {
  const won = answers.filter(({ outcome }) => outcome.__typename === 'Reservation');
  expect(won.map(({ seatId }) => seatId).sort()).toEqual([...sale.seatIds].sort());
  for (const { seatId, outcome } of answers) {
    if (outcome.__typename === 'Reservation') expect(outcome.seats.map(({ id }) => id)).toEqual([seatId]);
    else expect(outcome).toMatchObject({ __typename: 'SeatsUnavailable', seatIds: [seatId] });
  }
  expect(await storedStatuses(node, sale)).toEqual(sale.seatIds.map(() => 'RESERVED'));
  for (const { token, seatId, outcome } of won) {
    if (outcome.__typename !== 'Reservation') continue;
    const stored = await new Buyer(token).look(node, outcome.id);
    expect(stored).toMatchObject({ id: outcome.id, status: 'ACTIVE', seats: [{ id: seatId }] });
  }
}

describe('2,000 concurrent viewers for 100 seats', () => {
  test('get each seat once, on two nodes with Postgres and Redis', async () => {
    await using nodes = await startTwoNodes({ env });
    const sale = await offer(nodes.a, { seats: seatCount });
    const answers = await rush([nodes.a, nodes.b], sale);
    await expectEachSeatReservedOnce(answers, nodes.b, sale);
  });

  test('get each seat once, on a single node', async () => {
    await using node = await startNode({ env });
    const sale = await offer(node, { seats: seatCount });
    const answers = await rush([node], sale);
    await expectEachSeatReservedOnce(answers, node, sale);
  });
});
