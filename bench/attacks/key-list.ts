import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

const TOTAL_BYTES = 1_500_000_000;
const CHUNK_BYTES = 1_000_000;

export interface KeyList extends AsyncDisposable {
  readonly url: string;
  /** Sum over all requests. */
  sentBytes(): number;
}

/** An identity provider whose key list has 1.5 GB. */
export async function startKeyList(): Promise<KeyList> {
  let sent = 0;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    Readable.from(
      endless((bytes) => {
        sent += bytes;
      }),
    ).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    sentBytes: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function* endless(onSent: (bytes: number) => void): Generator<Buffer> {
  yield Buffer.from('{"keys":[');
  const key = '{"kty":"oct","kid":"nobody","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},';
  const chunk = Buffer.from(key.repeat(Math.floor(CHUNK_BYTES / key.length)));
  for (let bytes = 0; bytes < TOTAL_BYTES; bytes += chunk.length) {
    onSent(chunk.length);
    yield chunk;
  }
  yield Buffer.from('{}]}');
}
