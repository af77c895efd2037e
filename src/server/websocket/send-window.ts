import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';

/** Longest interval of pings. Proxies commonly close connections that are idle for a minute. */
const longestEveryMs = 12_000;

/** Eight hexadecimal digits, which a client cannot guess within its limit of messages. */
const nonceBytes = 4;

interface Ping {
  readonly nonce: string;
  readonly atMs: number;
  /** Bytes sent before it. */
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
  /** Unanswered pings, in order. */
  #pings: Ping[] = [];
  #sent = 0;
  #read = 0;

  /** @param limit unread bytes from which on it is not writable */
  constructor(socket: WebSocket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
    // Wakes those who wait until it is writable.
    socket.once('close', () => this.#letGo());
  }

  get isWritable(): boolean {
    const { readyState, OPEN, CLOSED } = this.#socket;
    return readyState === CLOSED || (readyState === OPEN && this.#sent - this.#read < this.#limit);
  }

  /** Age of the oldest unanswered ping, in milliseconds. */
  get stalledMs(): number {
    const [oldest] = this.#pings;
    return oldest === undefined ? 0 : performance.now() - oldest.atMs;
  }

  /** Calls back once, when it is writable or closed. Returns how to stop waiting. */
  onWritable(callback: () => void): () => void {
    const waiting = () => callback();
    if (this.isWritable) waiting();
    else this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }

  /** Pings while the socket is open, and calls back once when a ping was unanswered for `stallMs`. */
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

  /** Counts sent bytes. */
  add(length: number): void {
    this.#sent += length;
    if (this.#sent - (this.#pings.at(-1)?.sent ?? this.#read) >= this.#limit / 2) this.ping();
  }

  /** Sends a ping, whose answer shows that everything before it was read. */
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
