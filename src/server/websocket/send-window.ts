import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';

/** Between two pings at most: proxies commonly cut off what is quiet for a minute. */
const longestEveryMs = 12_000;

/** Hexadecimal digits are eight: nobody guesses one among the few messages that are taken of a client. */
const nonceBytes = 4;

interface Ping {
  readonly nonce: string;
  readonly atMs: number;
  /** How much had been sent before it. */
  readonly sent: number;
}

/**
 * How much of what a client was sent it has not read yet, wherever that waits: here, in the kernel, or on its way. Pongs tell: a
 * client answers a ping when it has read all that was sent before it, and cannot answer one that it has not read.
 */
export class SendWindow {
  readonly #socket: WebSocket;
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  /** Not answered yet, in order. */
  #pings: Ping[] = [];
  #sent = 0;
  #read = 0;

  /** @param limit bytes, after which there is no room for more */
  constructor(socket: WebSocket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
    // Whoever waits for room shall find out.
    socket.once('close', () => this.#letGo());
  }

  get isWritable(): boolean {
    const { readyState, OPEN, CLOSED } = this.#socket;
    return readyState === CLOSED || (readyState === OPEN && this.#sent - this.#read < this.#limit);
  }

  /** How long the oldest ping that the client has not answered has been on its way, in milliseconds. */
  get stalledMs(): number {
    const [oldest] = this.#pings;
    return oldest === undefined ? 0 : performance.now() - oldest.atMs;
  }

  /** Calls back once: as soon as there is room, or when the socket is closed. Returns how to give up waiting. */
  onWritable(callback: () => void): () => void {
    const waiting = () => callback();
    if (this.isWritable) waiting();
    else this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  /** Pings as long as the socket is open, and tells once when the client has left a ping unanswered for so long. */
  keepAlive(stallMs: number, onStalled: () => void): void {
    const pings = setInterval(
      () => {
        if (this.stalledMs < stallMs) return this.ping();
        clearInterval(pings);
        onStalled();
      },
      Math.min(longestEveryMs, stallMs / 4),
    );
    this.#socket.once('close', () => clearInterval(pings));
  }

  /** So many bytes have been sent. */
  add(length: number): void {
    this.#sent += length;
    if (this.#sent - (this.#pings.at(-1)?.sent ?? this.#read) >= this.#limit / 2) this.ping();
  }

  /** Asks whether everything up to here has been read. */
  ping(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const nonce = randomBytes(nonceBytes).toString('hex');
    this.#pings.push({ nonce, atMs: performance.now(), sent: this.#sent });
    this.#socket.ping(nonce);
  }

  /**
   * Whether it answers a ping that was sent, and the first to do so. It answers those before as well (RFC 6455, 5.5.3: a client
   * may answer only the latest).
   */
  pong(nonce: string): boolean {
    const at = this.#pings.findIndex((ping) => ping.nonce === nonce);
    const answered = this.#pings[at];
    if (answered === undefined) return false;
    this.#pings = this.#pings.slice(at + 1);
    this.#read = answered.sent;
    if (this.isWritable) this.#letGo();
    return true;
  }

  #letGo(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }
}
