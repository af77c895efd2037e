import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * When a connection is cut: at a client's message before or after it is passed on, or at its answer, of which nothing or a part is
 * passed on.
 */
export type CutPoint = 'before the message' | 'after the message' | 'before the answer' | 'in the answer';

export const cutPoints: readonly CutPoint[] = [
  'before the message',
  'after the message',
  'before the answer',
  'in the answer',
];

/** A proxy between clients and a local server, which cuts connections. */
export class CuttingLink implements AsyncDisposable {
  /** Number of connections that were cut. */
  cuts = 0;
  readonly #targetPort: number;
  readonly #counts: (message: Buffer) => boolean;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #armed: { readonly at: CutPoint; messagesLeft: number } | null = null;

  private constructor(targetPort: number, counts: (message: Buffer) => boolean) {
    this.#targetPort = targetPort;
    this.#counts = counts;
    this.#server = createServer((client) => this.#link(client));
  }

  /** @param counts selects the messages that count: those with an answer */
  static async open(targetPort: number, counts: (message: Buffer) => boolean = () => true): Promise<CuttingLink> {
    const link = new CuttingLink(targetPort, counts);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts one connection, at the nth message of any client from now on: 1 is the next. */
  cutOnce(at: CutPoint, nthMessage = 1): void {
    this.#armed = { at, messagesLeft: nthMessage };
  }

  /** Cancels the cut. */
  disarm(): void {
    this.#armed = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #link(client: Socket): void {
    const target = connect(this.#targetPort, '127.0.0.1');
    const ends = [client, target];
    for (const socket of ends) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // The end of a lost connection is handled instead.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const end of ends) end.destroy();
      });
    }
    let cutting: CutPoint | null = null;
    const cut = () => {
      this.cuts += 1;
      client.destroy();
    };
    client.on('data', (data: Buffer) => {
      if (this.#counts(data)) cutting ??= this.#isDue();
      if (cutting === 'before the message') return cut();
      target.write(data, () => cutting === 'after the message' && !client.destroyed && cut());
    });
    target.on('data', (data: Buffer) => {
      if (cutting === null) return void client.write(data);
      if (cutting === 'in the answer') return void client.write(data.subarray(0, data.length / 2), cut);
      cut();
    });
  }

  #isDue(): CutPoint | null {
    if (this.#armed === null) return null;
    this.#armed.messagesLeft -= 1;
    if (this.#armed.messagesLeft > 0) return null;
    const { at } = this.#armed;
    this.#armed = null;
    return at;
  }
}
