import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';
import type { MutationResolvers } from '../../src/graphql/generated/resolvers.ts';
import { loadBuilt } from '../built.ts';

export interface BareContext {
  readonly authorization: string | undefined;
}

/** Gets the input of Holdfast's mutation, and returns a result of its schema. */
export type BareReserveSeats = (
  input: Parameters<Extract<MutationResolvers['reserveSeats'], (...of: never[]) => unknown>>[1]['input'],
  context: BareContext,
) => object | Promise<object>;

const BACKLOG = 4_096;

/**
 * Apollo behind Fastify as in their documentation, with Holdfast's schema, and without the default plugins that Holdfast disables.
 * Resolves only `reserveSeats`. Resolves to its URL.
 */
export async function openBareServer(reserveSeats: BareReserveSeats): Promise<string> {
  const { createSchema } = await loadBuilt<typeof import('../../src/graphql/schema.ts')>('graphql/schema.ts');
  const resolve = (_: unknown, { input }: { input: never }, context: BareContext) => reserveSeats(input, context);
  const apollo = new ApolloServer<BareContext>({
    schema: createSchema([{ Mutation: { reserveSeats: resolve as never } }]),
    csrfPrevention: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  const http = fastify();
  http.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler(apollo, {
      context: async ({ headers }) => ({ authorization: headers.authorization }),
    }),
  });
  return `${await http.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG })}/graphql`;
}
