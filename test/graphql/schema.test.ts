import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';

test('a schema needs nothing but the resolvers it is given, so that other servers can be measured with it', async () => {
  const event = { __typename: 'Event', categories: [{ name: 'Stalls' }, { name: 'Circle' }] };
  const schema = createSchema([{ Query: { event: () => event as never } }]);
  const answer = await graphql({ schema, source: '{ event(id: "any") { categories { name } } }' });
  expect(answer).toEqual({ data: { event: { categories: [{ name: 'Stalls' }, { name: 'Circle' }] } } });
});
