import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between clients and a server on this machine, as a network that fails. */
export class LooseLink implements AsyncDisposable {
  /** Connections that were made. */
  connections = 0;
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((client) => this.#link(client));
  }

  static async open(targetUrl: string): Promise<LooseLink> {
    const link = new LooseLink(Number(new URL(targetUrl).port));
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get graphqlUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/graphql`;
  }

  /** Both sides are told. */
  cut(): void {
    for (const ends of this.#pairs) for (const end of ends) end.destroy();
  }

  /** As of a laptop that slept: nothing passes on the connections there are, and nobody is told. */
  freeze(): void {
    for (const [client, target] of this.#pairs) {
      client.unpipe(target).pause();
      target.unpipe(client).pause();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #link(client: Socket): void {
    this.connections += 1;
    const target = connect(this.#targetPort, '127.0.0.1');
    const pair = [client, target] as const;
    this.#pairs.add(pair);
    for (const end of pair) {
      // A lost connection is told by its end.
      end.on('error', () => {});
      end.on('close', () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    client.pipe(target);
    target.pipe(client);
  }
}
