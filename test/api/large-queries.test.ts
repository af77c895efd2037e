import { afterAll, expect, test } from 'vitest';
import { dataOf, send } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';

const node = await startNode();
afterAll(() => node[Symbol.asyncDispose]());

const demo = async () => {
  const { events } = await dataOf<{ events: { edges: { node: { id: string } }[] } }, object>(
    node.graphqlUrl,
    '{ events { edges { node { id } } } }',
    {},
  );
  return events.edges[0]?.node.id;
};

const maps = (count: number) =>
  `query ($id: ID!) { event(id: $id) { ${Array.from(
    { length: count },
    (_, number) => `m${number}: seatMap { sections { rows { seats { index } } } }`,
  ).join(' ')} } }`;

test('a whole map can be asked for, with its statuses', async () => {
  const whole = `query ($id: ID!) { event(id: $id) { seatMap { statuses sections { name rows { seats { id label status category { name } } } } } } }`;
  const { errors } = await send(node.graphqlUrl, whole, { id: await demo() });
  expect(errors).toBeUndefined();
});

test('one operation cannot ask for the same map hundreds of times', async () => {
  const id = await demo();
  expect((await send(node.graphqlUrl, maps(10), { id })).errors).toBeUndefined();
  const { errors } = await send(node.graphqlUrl, maps(120), { id });
  expect(errors?.[0]?.extensions?.code).toBe('QUERY_TOO_LARGE');
});
