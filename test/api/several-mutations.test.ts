import { expect, test } from 'vitest';
import { dataOf } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { nodeOnSale } from '../support/on-sale.ts';

const { node, hamlet } = await nodeOnSale();

test('each of several mutations in one operation returns the state after it', async () => {
  const reserve = (seat: number) =>
    `seat${seat}: reserveSeats(input: { eventId: "${hamlet.eventId}", seatIds: ["${hamlet.seatIds[seat]}"] }) {
      ... on Reservation {
        seats { status reservedByViewer }
        event { availability { reserved } seats(status: RESERVED) { totalCount } }
      }
    }`;
  const told = await dataOf(
    node.graphqlUrl,
    `mutation { ${[0, 1, 2].map(reserve).join(' ')} }`,
    {},
    await tokenFor('ann'),
  );
  const after = (reserved: number) => ({
    seats: [{ status: 'RESERVED', reservedByViewer: true }],
    event: { availability: { reserved }, seats: { totalCount: reserved } },
  });
  expect(told).toEqual({ seat0: after(1), seat1: after(2), seat2: after(3) });
});
