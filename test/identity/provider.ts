import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** An identity provider's key pair, and tokens signed with it. */
export interface ProviderKey {
  readonly jwk: JWK;
  readonly publicKey: CryptoKey;
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function providerKey(alg: string, kid: string): Promise<ProviderKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const sign = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  return { jwk, publicKey, sign };
}

/** An identity provider's JWKS endpoint. `answer` may be replaced at any time. */
export interface Provider extends AsyncDisposable {
  readonly url: string;
  requests: number;
  answer: { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> };
}

export async function startProvider(keys: readonly ProviderKey[]): Promise<Provider> {
  const server = createServer((_request, response) => {
    provider.requests += 1;
    const { status, headers } = provider.answer;
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
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

/** Handles each request with `serve`, and never ends an answer. */
export async function startEndless(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', () => {
      requests += 1;
      serve(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    open: () => sockets.size,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
