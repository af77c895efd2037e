import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Delays of the copies of a message in milliseconds; empty if it is lost. */
export type MessageFaults = () => readonly number[];

/** A proxy between one node and Redis that loses, duplicates, delays and reorders messages about changes of seats. */
export class FaultyRedisLink implements AsyncDisposable {
  faults: MessageFaults = () => [0];
  /** Number of messages with faults. */
  meddled = 0;
  readonly #redisPort: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(redisPort: number) {
    this.#redisPort = redisPort;
    this.#server = createServer((node) => this.#link(node));
  }

  static async open(redisPort: number): Promise<FaultyRedisLink> {
    const link = new FaultyRedisLink(redisPort);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Closes all connections. The node may open new ones. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #link(node: Socket): void {
    const redis = connect(this.#redisPort, '127.0.0.1');
    const ends = [node, redis];
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
    node.pipe(redis);
    let pending: Buffer = Buffer.alloc(0);
    redis.on('data', (data: Buffer) => {
      const { replies, rest } = splitReplies(Buffer.concat([pending, data]));
      pending = rest;
      for (const reply of replies) this.#pass(node, reply);
    });
  }

  #pass(node: Socket, reply: Buffer): void {
    if (!isChange(reply)) {
      node.write(reply);
      return;
    }
    const arrivals = this.faults();
    if (arrivals.length !== 1 || arrivals[0] !== 0) this.meddled += 1;
    for (const afterMs of arrivals) {
      if (afterMs === 0) node.write(reply);
      else setTimeout(() => !node.destroyed && node.write(reply), afterMs);
    }
  }
}

/** As in `*3\\r\\n$7\\r\\nmessage\\r\\n$52\\r\\nhf:{…}:changes\\r\\n$…`. */
function isChange(reply: Buffer): boolean {
  return /^[*>]3\r\n\$7\r\nmessage\r\n\$\d+\r\nhf:\{[^}]*\}:changes\r\n/.test(reply.toString('latin1', 0, 200));
}

/** Splits into complete replies (RESP 2, and RESP 3 pushes) and the rest. */
function splitReplies(data: Buffer): { replies: Buffer[]; rest: Buffer } {
  const replies: Buffer[] = [];
  let at = 0;
  for (let end = endOfReply(data, at); end !== undefined; end = endOfReply(data, at)) {
    replies.push(data.subarray(at, end));
    at = end;
  }
  return { replies, rest: data.subarray(at) };
}

/** Undefined if the reply is incomplete. */
function endOfReply(data: Buffer, at: number): number | undefined {
  const lineEnd = data.indexOf('\r\n', at);
  if (at >= data.length || lineEnd === -1) return undefined;
  const kind = String.fromCharCode(data[at] ?? 0);
  const length = Number(data.toString('latin1', at + 1, lineEnd));
  const next = lineEnd + 2;
  if ('$=!'.includes(kind) && length >= 0) return data.length >= next + length + 2 ? next + length + 2 : undefined;
  if (!'*>~%'.includes(kind)) return next;
  let end: number | undefined = next;
  for (let nth = 0; nth < length * (kind === '%' ? 2 : 1) && end !== undefined; nth += 1) end = endOfReply(data, end);
  return end;
}
