import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';

/** Eight hexadecimal digits, which a client cannot guess within its limit of messages. */
const nonceBytes = 4;

interface Ping {
  readonly nonce: string;
  readonly atMs: number;
  /** Bytes sent before it. */
  readonly sent: number;
}

/**
 * Counts the bytes that a client has not read, whether they are in this process, in the kernel or in the network. A pong shows
 * that the client has read everything that was sent before the ping.
 */
export class SendWindow {
  readonly #socket: WebSocket;
  readonly #limit: number;
  /** Created on demand, because hardly any of thousands of sockets needs it. */
  #waiting: Set<() => void> | undefined;
  /** Unanswered pings, in order. */
  #pings: readonly Ping[] = [];
  #sent = 0;
  #read = 0;
  /** Bytes sent before the last ping. */
  #asked = 0;

  /** @param limit unread bytes from which on it is not writable */
  constructor(socket: WebSocket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
  }

  /** To be called when the socket is closed: wakes those who wait until it is writable. */
  close(): void {
    this.#wakeWaiters();
  }

  get isWritable(): boolean {
    const { readyState } = this.#socket;
    if (readyState === WebSocket.OPEN) return this.#sent - this.#read < this.#limit;
    return readyState === WebSocket.CLOSED;
  }

  /** Age of the oldest unanswered ping, in milliseconds. */
  get stalledMs(): number {
    const [oldest] = this.#pings;
    return oldest === undefined ? 0 : performance.now() - oldest.atMs;
  }

  /** Calls back once, when it is writable or closed. Returns how to stop waiting. */
  onWritable(callback: () => void): () => void {
    if (this.isWritable) {
      callback();
      return () => {};
    }
    const waiting = () => callback();
    this.#waiting ??= new Set();
    this.#waiting.add(waiting);
    return () => this.#waiting?.delete(waiting);
  }

  /** Counts sent bytes. */
  add(length: number): void {
    this.#sent += length;
    if (this.#sent - this.#asked >= this.#limit / 2) this.ping();
  }

  /** Sends a ping, whose answer shows that everything before it was read. */
  ping(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#asked = this.#sent;
    const nonce = randomBytes(nonceBytes).toString('hex');
    // `push` would allocate for 17 elements.
    this.#pings = [...this.#pings, { nonce, atMs: performance.now(), sent: this.#sent }];
    this.#socket.ping(nonce);
  }

  /**
   * Returns true for the first pong that answers a ping of ours. It answers all earlier pings as well, because a client may answer
   * only the latest (RFC 6455, 5.5.3).
   */
  pong(nonce: string): boolean {
    const at = this.#pings.findIndex((ping) => ping.nonce === nonce);
    const answered = this.#pings[at];
    if (answered === undefined) return false;
    this.#pings = this.#pings.slice(at + 1);
    this.#read = answered.sent;
    if (this.isWritable) this.#wakeWaiters();
    return true;
  }

  #wakeWaiters(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const callback of waiting ?? []) callback();
  }
}
