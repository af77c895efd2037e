import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { WebsocketConfig } from '../../config.ts';
import type { SubscriberSink } from '../../live/shared-subscription.ts';
import type { WorkBudget } from '../../work-budget.ts';
import {
  type AddressAccount,
  type AddressAccounts,
  type LiveConnection,
  largeFrameBytes,
} from '../live-connections/address-accounts.ts';
import { completeEvent, nextEvent } from './events.ts';

const comment = Buffer.from(':\n\n');

/** How long an EventSource waits before it reconnects, in milliseconds. Random, because thousands may reconnect at once. */
const retryMs = { from: 1_000, to: 4_000 };

export interface EventStreamParts {
  readonly accounts: AddressAccounts;
  /** Account of the client's network address. */
  readonly account: AddressAccount;
  readonly limits: Pick<WebsocketConfig, 'stallSeconds'>;
  /** Counts messages of all streams. */
  readonly sent: { messages: number };
}

/**
 * The response to a subscription. It is not chunked, but ends with its connection, so that an event is the same bytes for every
 * client. A client whose stream ends without `complete` reconnects.
 */
export class EventStream implements LiveConnection, SubscriberSink {
  readonly #response: ServerResponse;
  readonly #accounts: AddressAccounts;
  readonly #account: AddressAccount;
  readonly #sent: { messages: number };
  #bufferedBytes = 0;

  constructor(response: ServerResponse, { accounts, account, limits, sent }: EventStreamParts) {
    this.#response = response;
    this.#accounts = accounts;
    this.#account = account;
    this.#sent = sent;
    accounts.add(account, this);
    // Node closes a connection to which nothing could be written for this long. Each event and comment restarts the timer.
    response.socket?.setTimeout(limits.stallSeconds * 1000);
    response.once('close', () => accounts.delete(account, this));
  }

  get address(): string {
    return this.#account.address;
  }

  get work(): WorkBudget {
    return this.#account.work;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Whether events can be sent. */
  get isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  /** False while the kernel's send buffer is full. */
  get isWritable(): boolean {
    return !this.#response.writableNeedDrain;
  }

  onWritable(callback: () => void): () => void {
    const stop = () => this.#response.off('drain', finish).off('close', finish);
    const finish = () => {
      stop();
      callback();
    };
    if (this.isWritable) callback();
    else this.#response.once('drain', finish).once('close', finish);
    return stop;
  }

  onClose(callback: () => void): void {
    if (this.#response.destroyed) callback();
    else this.#response.once('close', callback);
  }

  begin(headers: Readonly<Record<string, number | string | string[] | undefined>>): void {
    for (const [name, value = ''] of Object.entries(headers)) this.#response.setHeader(name, value);
    this.#response.removeHeader('transfer-encoding');
    this.#response.writeHead(200, { connection: 'close' });
    this.#response.write(`retry: ${randomInt(retryMs.from, retryMs.to)}\n\n`);
  }

  next(payload: Buffer): void {
    if (!this.isOpen) return;
    const event = nextEvent(payload);
    this.#sent.messages += 1;
    // Smaller events are only bounded by backpressure.
    if (event.length <= largeFrameBytes) return void this.#response.write(event);
    this.#buffer(event.length);
    this.#response.write(event, () => this.#buffer(-event.length));
  }

  /** Ends the stream: no event follows. */
  complete(): void {
    if (this.isOpen) this.#response.end(completeEvent);
  }

  keepAlive(): void {
    if (this.isOpen && this.isWritable) this.#response.write(comment);
  }

  cutOff(): void {
    this.#response.destroy();
  }

  leave(): void {
    if (this.isOpen) this.#response.end();
  }

  #buffer(bytes: number): void {
    this.#bufferedBytes += bytes;
    this.#accounts.buffer(this.#account, bytes);
  }
}
