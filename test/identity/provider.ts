import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** A key pair as an identity provider has it, and tokens signed with it. */
export interface ProviderKey {
  readonly jwk: JWK;
  readonly publicKey: CryptoKey;
  sign(claims: Record<string, unknown>): Promise<string>;
}

export async function providerKey(alg: string, kid: string): Promise<ProviderKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey);
  return { jwk, publicKey, sign };
}

/** An identity provider's JWKS endpoint; `answer` may be replaced at any time. */
export interface Provider extends AsyncDisposable {
  readonly url: string;
  requests: number;
  answer: { readonly status: number; readonly body: string };
}

export async function startProvider(keys: readonly ProviderKey[]): Promise<Provider> {
  const server = createServer((_request, response) => {
    provider.requests += 1;
    response.writeHead(provider.answer.status, { 'content-type': 'application/json', connection: 'close' });
    response.end(provider.answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const provider: Provider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    requests: 0,
    answer: { status: 200, body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
  return provider;
}
