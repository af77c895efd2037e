import type { WebSocket } from 'ws';

/**
 * How much of what a client was sent it has not read yet, wherever that waits: here, in the kernel, or on its way. Pongs tell: a
 * client answers a ping when it has read all that was sent before it.
 */
export class Unread {
  readonly #socket: WebSocket;
  readonly #limit: number;
  #sent = 0;
  #pinged = 0;
  #read = 0;
  #readAtMs = performance.now();
  #waiting: (() => void)[] = [];

  /** @param limit characters, of which nearly all take one byte, after which there is no room for more */
  constructor(socket: WebSocket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
    socket.on('pong', (mark) => this.#readUpTo(Number(String(mark))));
    // Whoever waits for room shall find out.
    socket.once('close', () => this.#readUpTo(this.#sent));
  }

  get hasRoom(): boolean {
    return this.#sent - this.#read < this.#limit;
  }

  /** Since the client last showed that it reads. */
  get quietMs(): number {
    return performance.now() - this.#readAtMs;
  }

  /** Calls back once: as soon as there is room, or when the socket is closed. */
  onRoom(callback: () => void): void {
    if (this.hasRoom || this.#socket.readyState === this.#socket.CLOSED) callback();
    else this.#waiting.push(callback);
  }

  /** So many characters have been sent. */
  add(length: number): void {
    this.#sent += length;
    if (this.#sent - this.#pinged >= this.#limit / 2) this.ping();
  }

  /** Asks whether everything up to here has been read. */
  ping(): void {
    this.#pinged = this.#sent;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(String(this.#sent));
  }

  /** A pong that answers no ping of ours says only that the client is there. */
  #readUpTo(mark: number): void {
    this.#readAtMs = performance.now();
    if (mark > this.#read && mark <= this.#sent) this.#read = mark;
    if (this.hasRoom) for (const callback of this.#waiting.splice(0)) callback();
  }
}
