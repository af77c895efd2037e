import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** One address for local servers, which distributes new connections in rotation among those that accept them. */
export class Balancer implements AsyncDisposable {
  /** Ports of the servers. Existing connections are not moved. */
  ports: readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;

  private constructor(ports: readonly number[]) {
    this.ports = ports;
    this.#server = createServer((client) => void this.#join(client));
  }

  static async open(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get graphqlUrl(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #join(client: Socket): Promise<void> {
    this.#keep(client);
    const target = await this.#anyServer();
    if (target === undefined || client.destroyed) return void client.destroy();
    this.#keep(target);
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  }

  /** Undefined if there is none. */
  async #anyServer(): Promise<Socket | undefined> {
    for (const _ of this.ports) {
      this.#next += 1;
      const socket = connect(this.ports[this.#next % this.ports.length] ?? 0, '127.0.0.1');
      const isTaken = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (isTaken) return socket;
    }
    return undefined;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // The end of a lost connection is handled instead.
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
