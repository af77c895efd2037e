import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('published operations', () => {
  const published = buildSchema(read('generated/schema.graphql'));

  test.each(['examples/apollo-kotlin/src/main/graphql', 'examples/apollo-ios/graphql'])(
    'the operations of %s fit the schema',
    (folder) => expect(validate(published, parse(read(`${folder}/Tickets.graphql`)))).toEqual([]),
  );

  test('the schema has every type of the server, and every operation of our own fits it', () => {
    const own = createSchema([]);
    expect(Object.keys(published.getTypeMap()).sort()).toEqual(Object.keys(own.getTypeMap()).sort());
    const trusted: Record<string, string> = JSON.parse(read('generated/trusted-operations.json'));
    for (const text of Object.values(trusted)) expect(validate(published, parse(text))).toEqual([]);
  });
});

test('both mobile examples name the protocol', () => {
  expect(read('examples/apollo-kotlin/src/main/kotlin/Client.kt')).toContain('.wsProtocol(GraphQLWsProtocol.Factory(');
  expect(read('examples/apollo-ios/Sources/Client.swift')).toContain('protocol: .graphql_transport_ws');
});
