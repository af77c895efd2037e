import { makeExecutableSchema } from '@graphql-tools/schema';
import DataLoader from 'dataloader';
import { execute, parse } from 'graphql';
import { expect, test } from 'vitest';
import { Slices, sliceLists } from '../../src/graphql/slices.ts';

const typeDefs = `
  type Query { rows(count: Int!): [Row!]! }
  type Row { parts: [Part!]! loaded: [Part!]! }
  type Part { number: Int! }
`;

function schemaWith(load: (row: number) => Promise<number[]>) {
  const parts = (numbers: readonly number[]) => numbers.map((number) => ({ number }));
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: {
      Query: {
        rows: (_: unknown, { count }: { count: number }) => Array.from({ length: count }, (_row, row) => ({ row })),
      },
      Row: {
        parts: ({ row }: { row: number }) => parts([row, row + 1]),
        loaded: async ({ row }: { row: number }) => parts(await load(row)),
      },
    },
  });
  sliceLists(schema);
  return schema;
}

test('a page of rows whose lists are read takes one batch, although it is completed in slices', async () => {
  const batches: number[] = [];
  const loader = new DataLoader<number, number[]>(async (rows) => {
    batches.push(rows.length);
    return rows.map((row) => [row]);
  });
  const schema = schemaWith((row) => loader.load(row));
  const document = parse('{ rows(count: 100) { parts { number } loaded { number } } }');
  const { data, errors } = await execute({ schema, document, contextValue: { slices: new Slices() } });
  expect(errors).toBeUndefined();
  const row = (row: number) => ({ parts: [{ number: row }, { number: row + 1 }], loaded: [{ number: row }] });
  expect(data).toEqual({ rows: Array.from({ length: 100 }, (_, at) => row(at)) });
  expect(batches).toEqual([100]);
});
