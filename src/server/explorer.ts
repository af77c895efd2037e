import { AltairFastify } from 'altair-fastify-plugin';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';

const path = '/explorer';

/** Altair, all of it from this server, so that it works without a network. */
export async function addExplorer(http: FastifyInstance, endpoint: string): Promise<void> {
  await http.register(AltairFastify, {
    path,
    baseURL: `${path}/`,
    endpointURL: endpoint,
    subscriptionsEndpoint: endpoint,
    // Altair's name for graphql-transport-ws.
    initialSubscriptionRequestHandlerId: 'graphql-ws',
    initialQuery: '{ events { edges { node { id name salesStatus } } } }',
    // It advertises services that are not there offline.
    initialSettings: { 'banners.disable': true },
  });
}

/** A person who opens the API's address in a browser wants to see it, not an error. */
export const redirectBrowsers: onRequestAsyncHookHandler = async (request, reply) => {
  const asksNothing = request.method === 'GET' && !request.url.includes('?');
  if (!asksNothing || !request.headers.accept?.includes('text/html')) return;
  return reply.redirect(path);
};
