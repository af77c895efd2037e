import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';

test('a schema needs only the given resolvers, so that benches can use it in other servers', async () => {
  const event = { __typename: 'Event', categories: [{ name: 'Stalls' }, { name: 'Circle' }] };
  const schema = createSchema([{ Query: { event: () => event as never } }]);
  const answer = await graphql({ schema, source: '{ event(id: "any") { categories { name } } }' });
  expect(answer).toEqual({ data: { event: { categories: [{ name: 'Stalls' }, { name: 'Circle' }] } } });
});
