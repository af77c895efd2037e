import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import type { GraphqlContext } from './context.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { scalars } from './scalars.ts';

/** The package's `schema/`. The path is the same from `src/graphql` and `dist/graphql`. */
const directory = new URL('../../schema/', import.meta.url);

/** Builds the schema of `schema/*.graphql` with the resolvers. Throws if they name an unknown type or field. */
export function createSchema(resolvers: readonly Resolvers[]): GraphQLSchema {
  return makeExecutableSchema<GraphqlContext>({
    typeDefs: readTypeDefinitions(),
    resolvers: [scalars, ...resolvers],
  });
}

function readTypeDefinitions(): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.graphql'));
  return names.sort().map((name) => readFileSync(new URL(name, directory), 'utf8'));
}
