import { expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { ReserveSeatsDocument } from '../../src/client/generated/documents.ts';
import { onServer } from '../support/create-database.ts';
import { createTestDatabase } from '../support/database.ts';
import { dataOf, send } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { offer, seatAt } from './venue.ts';

const seats = 60;
const soon = { withinMs: 20_000 };
const myBookings = /* GraphQL */ `
  {
    viewer {
      bookings(first: 1) {
        edges {
          node {
            id
          }
        }
      }
    }
  }
`;

async function readyz({ url }: App) {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, level: ((await response.json()) as { level: string }).level };
}

test('fifty hanging reads affect neither sales nor the service level, and are refused with a retry time', {
  timeout: 90_000,
}, async () => {
  await using database = await createTestDatabase();
  await using node = await startNode({ env: { DATABASE_URL: database.url } });
  const { eventId, seatIds } = await offer(node, { seats });
  const reader = await tokenFor('the reader');
  const read = () => send<{ viewer: unknown }, object>(node.graphqlUrl, myBookings, {}, reader);
  const reserve = async (index: number) => {
    const input = { eventId, seatIds: [seatAt(seatIds, index)] };
    return dataOf(node.graphqlUrl, ReserveSeatsDocument, { input }, await tokenFor(`buyer ${index}`));
  };
  await reserve(0);

  await onServer(database.url, (sql) =>
    sql.begin(async (holder) => {
      // Reservations do not need this table.
      await holder`lock table bookings in access exclusive mode`;
      let answered = 0;
      const reads = Array.from({ length: 50 }, async () => {
        const reply = await read();
        answered += 1;
        return reply;
      });
      const hang = async () =>
        (
          await holder`select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`
        ).length > 0;
      await waitFor(hang, { ...soon, what: 'the reads to hang' });
      for (let index = 1; index < seats; index++) {
        expect((await reserve(index)).reserveSeats.__typename).toBe('Reservation');
        expect((await readyz(node)).level).not.toBe('CRITICAL');
      }
      expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
      expect((await readyz(node)).status).toBe(200);
      for (const { errors } of await Promise.all(reads)) expect(errors?.[0]?.extensions?.code).toBe('SERVICE_BUSY');
      expect(answered).toBe(50);
      expect((await readyz(node)).level).not.toBe('CRITICAL');
    }),
  );
  expect(await read()).toEqual({ data: { viewer: { bookings: { edges: [] } } } });
});
