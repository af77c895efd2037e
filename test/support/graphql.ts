import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { SignInAsGuestDocument, ViewerDocument } from '../../src/client/generated/documents.ts';
import { requestOf } from '../../src/client/operation.ts';

export interface Reply<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** Sends one operation as a text over HTTP. Resolves to the raw result. */
export async function send<Data, Variables>(
  graphqlUrl: string,
  document: TypedDocumentNode<Data, Variables> | string,
  variables: Variables,
  token?: string,
): Promise<Reply<Data>> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(
      typeof document === 'string' ? { query: document, variables } : requestOf(document, variables, false),
    ),
  });
  return (await response.json()) as Reply<Data>;
}

/** Like `send`, but throws the errors of a result without data. */
export async function dataOf<Data, Variables>(...args: Parameters<typeof send<Data, Variables>>): Promise<Data> {
  const { data, errors } = await send<Data, Variables>(...args);
  if (errors !== undefined || data == null) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
  return data;
}

/** Signs a new guest in. Resolves to the token. */
export async function guestToken(graphqlUrl: string): Promise<string> {
  const { signInAsGuest } = await dataOf(graphqlUrl, SignInAsGuestDocument, {});
  if (signInAsGuest.__typename !== 'GuestSession') throw new Error(`no guest: ${JSON.stringify(signInAsGuest)}`);
  return signInAsGuest.token;
}

/** Whether the server refuses the token. */
export async function hasRunOut(graphqlUrl: string, token: string): Promise<boolean> {
  const { errors } = await send(graphqlUrl, ViewerDocument, {}, token);
  return errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
}
