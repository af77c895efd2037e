import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubscriberSink } from '../../live/shared-subscription.ts';
import type { WorkBudget } from '../../work-budget.ts';
import { type AddressAccount, type AddressAccounts, largeFrameBytes } from '../live-connections/address-accounts.ts';
import { textFrame } from './text-frame.ts';

/** Bytes that may be buffered for one client: a few of the largest answers, which are whole maps with their layout. */
const maxBufferedBytes = 16_000_000;

/** Eight hexadecimal digits, which a client cannot guess within its limit of messages. */
const nonceBytes = 4;

interface Ping {
  readonly nonce: string;
  readonly atMs: number;
  /** Bytes sent before it. */
  readonly sent: number;
}

export interface SocketWriterOptions {
  /** The socket of the websocket, without compression. */
  readonly stream: Duplex;
  readonly accounts: AddressAccounts;
  /** Account of the client's network address. */
  readonly account: AddressAccount;
  /** Counts messages of all websockets. */
  readonly sent: { messages: number };
  /** Unread bytes from which on it is not writable. */
  readonly unreadBytes: number;
  /** Has the callback for a client that does not read; an object instead of a closure, to save memory. */
  readonly owner: { cutOff(): void };
}

/**
 * Sends messages over a websocket, and counts the bytes that the client has not read, whether they are in this process, in the kernel
 * or in the network. A pong shows that the client has read everything that was sent before the ping.
 */
export class SocketWriter {
  readonly account: AddressAccount;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #accounts: AddressAccounts;
  readonly #counter: { messages: number };
  readonly #limit: number;
  readonly #owner: { cutOff(): void };
  /** Created on demand, because hardly any of thousands of sockets needs it. */
  #waiting: Set<() => void> | undefined;
  /** Unanswered pings, in order. */
  #pings: readonly Ping[] = [];
  #sent = 0;
  #read = 0;
  /** Bytes sent before the last ping. */
  #sentAtPing = 0;
  #bufferedBytes = 0;

  constructor(socket: WebSocket, { stream, accounts, account, sent, unreadBytes, owner }: SocketWriterOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.#accounts = accounts;
    this.account = account;
    this.#counter = sent;
    this.#limit = unreadBytes;
    this.#owner = owner;
  }

  /** Bytes of answers in this process that the client has not read. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
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

  /** To be called when the socket is closed: wakes those who wait until it is writable. */
  close(): void {
    this.#wakeWaiters();
  }

  send(text: string): void {
    this.#buffer(text.length);
    this.#socket.send(text, () => this.#buffer(-text.length));
    this.#count(text.length);
  }

  /**
   * Writes a whole frame. Bypasses ws, which would write a frame's header and data separately: the largest cost of sending to thousands.
   * Only while it is writable.
   */
  write(frame: Buffer): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (frame.length > largeFrameBytes) {
      this.#buffer(frame.length);
      this.#stream.write(frame, () => this.#buffer(-frame.length));
    } else {
      this.#stream.write(frame);
    }
    this.#count(frame.length);
  }

  /** Sends a ping, whose answer shows that everything before it was read. */
  ping(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#sentAtPing = this.#sent;
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

  #count(bytes: number): void {
    this.#counter.messages += 1;
    this.#sent += bytes;
    if (this.#sent - this.#sentAtPing >= this.#limit / 2) this.ping();
  }

  #buffer(bytes: number): void {
    if (bytes > 0 && this.#bufferedBytes > maxBufferedBytes) this.#owner.cutOff();
    this.#bufferedBytes += bytes;
    this.#accounts.buffer(this.account, bytes);
  }

  #wakeWaiters(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const callback of waiting ?? []) callback();
  }
}

/** Sends the messages of one operation. */
export class OperationSink implements SubscriberSink {
  readonly #id: string;
  /** The message before its payload, in ASCII. */
  readonly #start: string;
  readonly #writer: SocketWriter;
  readonly #operations: Readonly<Record<string, unknown>>;
  /** Whether graphql-ws has registered the subscription, and so ends it when the client completes it. */
  #isBegun = false;

  /** @param operations of the client, as in `Connection` */
  constructor(id: string, writer: SocketWriter, operations: Readonly<Record<string, unknown>>) {
    this.#id = id;
    this.#start = `{"id":${asciiJson(id)},"type":"${MessageType.Next}","payload":`;
    this.#writer = writer;
    this.#operations = operations;
  }

  get address(): string {
    return this.#writer.account.address;
  }

  get work(): WorkBudget {
    return this.#writer.account.work;
  }

  get isWritable(): boolean {
    return this.#writer.isWritable;
  }

  onWritable(callback: () => void): () => void {
    return this.#writer.onWritable(callback);
  }

  next(payload: Buffer): void {
    if (this.#isBegun || this.#isAwaited()) this.#writer.write(textFrame(this.#start, payload, '}'));
  }

  /** The client may have completed the operation before graphql-ws registered it. */
  #isAwaited(): boolean {
    this.#isBegun = this.#operations[this.#id] != null;
    return this.#id in this.#operations;
  }
}

function asciiJson(text: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(/[\u0080-\uffff]/g, escaped);
}
