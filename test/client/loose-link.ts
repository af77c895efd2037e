import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy between clients and a local server that simulates network faults. */
export class LooseLink implements AsyncDisposable {
  /** Number of connections so far. */
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

  /** Closes connections on both sides. */
  cut(): void {
    for (const ends of this.#pairs) for (const end of ends) end.destroy();
  }

  /** Nothing passes on existing connections, and neither side notices, as after a laptop's sleep. */
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
      // The end of a lost connection is handled instead.
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
