import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PrefixProxyOptions {
  readonly prefix: string;
  /** Whether the server gets the prefix. */
  readonly passesOn: boolean;
}

/** Serves a server under a path, including websockets, like the reverse proxy of a larger site. */
export class PrefixProxy implements AsyncDisposable {
  /** How requests for a websocket are handled. */
  websockets: 'pass' | 'are refused' | 'are left waiting' = 'pass';
  readonly #server: Server;
  readonly #prefix: string;

  private constructor(targetUrl: string, { prefix, passesOn }: PrefixProxyOptions) {
    this.#prefix = prefix;
    const forward = ({ method, headers, url = '' }: IncomingMessage) =>
      request(new URL(passesOn ? url : url.slice(prefix.length), targetUrl), { method, headers });
    const isOurs = ({ url = '' }: IncomingMessage) => url.startsWith(`${prefix}/`);
    this.#server = createServer((incoming, answer) => {
      if (!isOurs(incoming)) {
        answer.writeHead(418).end();
        return;
      }
      const outgoing = forward(incoming);
      outgoing.on('response', (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      outgoing.on('error', () => answer.destroy());
      incoming.pipe(outgoing);
    });
    this.#server.on('upgrade', (incoming, client) => {
      if (this.websockets === 'are left waiting') {
        client
          .on('error', () => client.destroy())
          .on('end', () => client.destroy())
          .resume();
        return;
      }
      if (!isOurs(incoming) || this.websockets === 'are refused') {
        client.destroy();
        return;
      }
      const outgoing = forward(incoming);
      outgoing.on('upgrade', (response, target) => {
        const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`);
        client.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('')}\r\n`);
        for (const [one, other] of [
          [client, target],
          [target, client],
        ] as const) {
          one.on('error', () => other.destroy()).on('close', () => other.destroy());
          one.pipe(other);
        }
      });
      outgoing.on('error', () => client.destroy());
      outgoing.end();
    });
  }

  static async open(targetUrl: string, options: PrefixProxyOptions): Promise<PrefixProxy> {
    const proxy = new PrefixProxy(targetUrl, options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** With the prefix and a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${this.#prefix}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
