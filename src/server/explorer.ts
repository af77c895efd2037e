import files from '@fastify/static';
import type { AltairConfigOptions } from 'altair-static';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { optionalPackage } from '../optional-package.ts';
import { pathToRoot } from './own-path.ts';

const path = '/explorer';

const options: AltairConfigOptions = {
  // Altair's name for graphql-transport-ws.
  initialSubscriptionRequestHandlerId: 'graphql-ws',
  initialQuery: '{ events { edges { node { id name salesStatus } } } }',
  // The banners advertise services that are not available offline.
  initialSettings: { 'banners.disable': true },
};

/** Altair takes no relative address, and only the browser knows the path under which a proxy serves this server. */
const start = (endpoint: string) => `
  const endpoint = new URL('..${endpoint}', document.baseURI).pathname;
  AltairGraphQL.init({
    ...${JSON.stringify(options)},
    endpointURL: endpoint,
    subscriptionsEndpoint: endpoint,
    instanceStorageNamespace: 'altair_' + endpoint + '_',
  });`;

/** Serves Altair from this server, so that it works offline. False if it is not installed. */
export async function addExplorer(http: FastifyInstance, endpoint: string, basePath: string): Promise<boolean> {
  const altair = await optionalPackage(() => import('altair-static'));
  if (altair === null) return false;
  const page = altair.getAltairHtml().replace('</body>', `<script type="module">${start(endpoint)}</script></body>`);
  http.get(path, ({ originalUrl }, reply) => {
    const root = pathToRoot(originalUrl, basePath);
    if (root === null) return reply.callNotFound();
    return reply.type('text/html; charset=utf-8').send(page.replace(/<base.*>/, `<base href="${root}explorer/">`));
  });
  await http.register(files, {
    root: altair.getDistDirectory(),
    prefix: `${path}/`,
    decorateReply: false,
    index: false,
  });
  return true;
}

/** A person who opens the API's address in a browser gets the explorer instead of an error. */
export function redirectBrowsers(basePath: string): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const asksNothing = request.method === 'GET' && !request.url.includes('?');
    const root = pathToRoot(request.originalUrl, basePath);
    if (!asksNothing || root === null || !request.headers.accept?.includes('text/html')) return;
    return reply.redirect(`${root}explorer`);
  };
}
