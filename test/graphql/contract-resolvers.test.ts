import { readFileSync } from 'node:fs';
import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import type { MutationResolvers } from '../../src/graphql/generated/resolvers.ts';
import { createSchema } from '../../src/graphql/schema.ts';

type SetSalesStatus = NonNullable<MutationResolvers['setSalesStatus']>;

test('an outcome has a __typename, and does not compile without one', async () => {
  // @ts-expect-error: the type of the outcome is missing.
  const nameless: SetSalesStatus = () => ({ code: 'NOT_FOUND', message: 'No such event' });
  const named: SetSalesStatus = () => ({
    __typename: 'NotFound',
    code: 'NOT_FOUND',
    message: 'No such event',
  });
  const source =
    'mutation { setSalesStatus(input: { eventId: "x", salesStatus: PAUSED }) { ... on NotFound { code } } }';
  const answer = (resolver: SetSalesStatus) =>
    graphql({ schema: createSchema([{ Mutation: { setSalesStatus: resolver } }]), source });
  expect(await answer(named)).toEqual({ data: { setSalesStatus: { code: 'NOT_FOUND' } } });
  expect(await answer(nameless)).toHaveProperty('errors');
});

test.each(['graphql/generated/resolvers.ts', 'client/generated/documents.ts'])('%s says no any', (path) => {
  const code = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  const withoutComments = code.replaceAll(/\/\*.*?\*\//gs, '');
  const lines = withoutComments.split('\n').filter((line) => !line.includes('"kind":"Document"'));
  expect(lines.filter((line) => /\bany\b/.test(line))).toEqual([]);
});
