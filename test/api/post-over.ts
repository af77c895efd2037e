import { type Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Reply } from '../support/graphql.ts';

/** Like `send`, over one agent's connections, because thousands of `fetch` calls would be slow. */
export function postOver<Data, Variables>(
  agent: Agent,
  document: TypedDocumentNode<Data, Variables>,
): (graphqlUrl: string, variables: Variables, token: string) => Promise<Reply<Data>> {
  const query = print(document);
  return (graphqlUrl, variables, token) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const outgoing = request(graphqlUrl, { agent, method: 'POST', headers }, (incoming) =>
        text(incoming).then((body) => resolve(JSON.parse(body)), reject),
      );
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ query, variables }));
    });
}
