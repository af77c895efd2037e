import type { Duplex } from 'node:stream';
import { type Server as GraphqlWs, MessageType } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { WebsocketConfig } from '../../config.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { type OperationSummary, summaryOf } from '../../graphql/context.ts';
import type { VerifiedToken } from '../../identity/claims.ts';
import { IdentityUnavailable, InvalidToken } from '../../identity/errors.ts';
import type { SubscriberSink } from '../../live/shared-subscription.ts';
import { type CloseCode, closeCodes } from '../close-codes.ts';
import { isStackOverflow } from '../errors.ts';
import {
  type AddressAccount,
  type AddressAccounts,
  type LiveConnection,
  largeFrameBytes,
} from '../live-connections/address-accounts.ts';
import { afterDeadline } from '../live-connections/deadline.ts';
import { msSince } from '../request-log.ts';
import { withQuery } from '../trusted-operations.ts';
import { ClientLimits } from './client-limits.ts';
import { SendWindow } from './send-window.ts';
import { textFrame } from './text-frame.ts';

/** graphql-ws does not tell when the last answer was handed over. */
const recheckAnswersMs = 20;

/** What may wait in this process for one client to read it: a few of the largest answers, which are whole maps with their layout. */
const maxBufferedBytes = 16_000_000;

export type Extra = { readonly connection: Connection };

/** Closes the message that `sink` opens. */
const tail = Buffer.from('}');

/** An operation, told apart from a later one with the same id. */
interface Begun {
  readonly id: string;
  readonly atMs: number;
  readonly summary: OperationSummary;
}

export interface ConnectionOptions {
  /** What the websocket writes to, uncompressed. */
  readonly stream: Duplex;
  readonly accounts: AddressAccounts;
  /** Of the client's network address. */
  readonly account: AddressAccount;
  /** Of the handshake, and so of all that is asked over the websocket. */
  readonly requestId: string;
  /** The handshake's header. */
  readonly authorization: string | undefined;
  readonly limits: WebsocketConfig;
  readonly logger: Logger;
  /** Counted for all connections together. */
  readonly sent: { messages: number };
}

/** One client's websocket: who it is, what it is at, and how it ends. */
export class Connection implements LiveConnection {
  readonly requestId: string;
  readonly authorization: string | undefined;
  readonly limits: ClientLimits;
  viewer: Viewer | null = null;
  /** By the client's id, kept by graphql-ws: null for what is being executed, otherwise a running subscription. */
  operations: Readonly<Record<string, unknown>> = {};
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #logger: Logger;
  readonly #window: SendWindow;
  readonly #accounts: AddressAccounts;
  readonly #account: AddressAccount;
  readonly #sent: { messages: number };
  /** Ids of operations that have not ended: for a moment longer than graphql-ws, which mistakes the next of that id for them. */
  readonly #ids = new Map<string, Begun>();
  #begun: Begun | undefined;
  #bufferedBytes = 0;
  #ending = false;

  constructor(
    socket: WebSocket,
    { stream, accounts, account, requestId, authorization, limits, logger, sent }: ConnectionOptions,
  ) {
    this.#socket = socket;
    this.#stream = stream;
    this.#accounts = accounts;
    this.#account = account;
    this.requestId = requestId;
    this.authorization = authorization;
    this.#logger = logger;
    this.#sent = sent;
    this.limits = new ClientLimits(limits);
    this.#window = new SendWindow(socket, limits.unreadBytes);
    this.#window.keepAlive(limits.stallSeconds * 1000, () => this.cutOff());
  }

  get clientAddress(): string {
    return this.#account.address;
  }

  /** Answers that wait in this process for the client to read them. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  open(graphql: GraphqlWs<Extra>, onClose: () => void): void {
    const socket = this.#socket;
    // ws closes the socket after it; mostly a client that broke the protocol or sent too much.
    socket.on('error', (error) => this.#logger.debug({ requestId: this.requestId, err: error }, 'websocket failed'));
    socket.on('ping', () => this.#mayGoOn());
    // One that answers nothing tells nothing, and counts as a message.
    socket.on('pong', (nonce) => this.#window.pong(String(nonce)) || this.#mayGoOn());
    const adapter = {
      protocol: socket.protocol,
      send: (text: string) => this.#send(text),
      close: (code = 1000, reason = '') => socket.close(code, reasonThatFits(reason)),
      onMessage: (handle: (text: string) => Promise<void>) =>
        socket.on('message', (data) => {
          if (this.#mayGoOn()) void this.#handle(handle, withQuery(String(data)));
        }),
    };
    const closed = graphql.opened(adapter, { connection: this });
    socket.once('close', (code, reason) => {
      onClose();
      closed(code, String(reason)).catch((error: unknown) =>
        this.#logger.error({ requestId: this.requestId, err: error }, 'subscription not ended'),
      );
    });
  }

  /** Ends with the token: the client is to come back with another. */
  authenticated({ viewer, expiresAtMs }: VerifiedToken): void {
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    this.viewer = viewer;
    const cancel = afterDeadline(expiresAtMs, () =>
      this.#end(closeCodes.forbidden, new InvalidToken('expired').message),
    );
    this.#socket.once('close', cancel);
  }

  /** False for an id that is in use, with which the socket is closed. */
  begin(id: string): boolean {
    if (this.#ids.has(id)) {
      this.#close(closeCodes.idInUse, `Subscriber for ${id} already exists`);
      return false;
    }
    this.#begun = { id, atMs: performance.now(), summary: summaryOf(this.requestId) };
    this.#ids.set(id, this.#begun);
    return true;
  }

  /** Resolves when a query or mutation may be executed, which counts until it is over: false if its client no longer waits for it. */
  async turn(id: string): Promise<boolean> {
    await this.limits.executions.acquire(id);
    if (!this.#window.isWritable) await new Promise<void>((resolve) => this.#window.onWritable(resolve));
    return this.isAwaited(id);
  }

  /** What the log says of the operation when it is over. */
  summary(id: string): OperationSummary {
    return this.#ids.get(id)?.summary ?? summaryOf(this.requestId);
  }

  /** Whether the client still waits for what the operation gives. */
  isAwaited(id: string): boolean {
    return id in this.operations && this.#socket.readyState === this.#socket.OPEN;
  }

  over(id: string): void {
    const begun = this.#ids.get(id);
    if (begun) this.#logger.debug({ ...begun.summary, ms: msSince(begun.atMs) }, 'operation over a websocket');
    this.#ids.delete(id);
    this.limits.executions.release(id);
  }

  /** Of the operation with the client's id, for payloads that are text already. */
  sink(id: string): SubscriberSink {
    const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`);
    const window = this.#window;
    const { address, work } = this.#account;
    return {
      address,
      work,
      get isWritable() {
        return window.isWritable;
      },
      onWritable: (callback) => window.onWritable(callback),
      next: (payload) => {
        // The client may have completed it while it was being begun.
        if (id in this.operations) this.#writeFrame(textFrame(head, payload, tail));
      },
    };
  }

  /** Of a client that does not read what it asked for. */
  cutOff(): void {
    this.#close(closeCodes.tooSlow, 'Too slow');
  }

  /** Tells the client to come back elsewhere. */
  leave(): void {
    this.#end(closeCodes.goingAway, 'Going away');
  }

  /** As soon as queries and mutations under way are answered. */
  #end(code: CloseCode, reason: string): void {
    this.#ending = true;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const answering = this.#bufferedBytes > 0 || Object.values(this.operations).includes(null);
    if (answering) setTimeout(() => this.#end(code, reason), recheckAnswersMs);
    else this.#socket.close(code, reason);
  }

  /** False once the socket is to end: what comes then is done by no one, so that a client which asks again does not have it done twice. */
  #mayGoOn(): boolean {
    if (!this.#ending && !this.limits.messages.take()) this.#close(closeCodes.tooManyMessages, 'Too many messages');
    return !this.#ending;
  }

  /** Resolves at once: graphql-ws lets go of a result only then, which takes many times the memory of its text. */
  async #send(text: string): Promise<void> {
    this.#buffer(text.length);
    this.#socket.send(text, () => this.#buffer(-text.length));
    this.#window.add(text.length);
    this.#sent.messages += 1;
  }

  #buffer(bytes: number): void {
    if (bytes > 0 && this.#bufferedBytes > maxBufferedBytes) this.cutOff();
    this.#bufferedBytes += bytes;
    this.#accounts.buffer(this.#account, bytes);
  }

  /** Past ws, which would write a frame's head and its data apart: the dearest part of telling thousands. Only where there is room. */
  #writeFrame(frame: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (frame.length > largeFrameBytes) {
      this.#buffer(frame.length);
      this.#stream.write(frame, () => this.#buffer(-frame.length));
    } else {
      this.#stream.write(frame);
    }
    this.#window.add(frame.length);
    this.#sent.messages += 1;
  }

  /** graphql-ws does not tell of every end: not of an operation that is refused after its client completed it. */
  async #handle(handle: (text: string) => Promise<void>, text: string): Promise<void> {
    this.#begun = undefined;
    const handled = handle(text);
    // What the message begins is begun before the first wait.
    const begun = this.#begun as Begun | undefined;
    try {
      await handled;
    } catch (error) {
      this.#refuse(error);
    }
    if (begun !== undefined && this.#ids.get(begun.id) === begun) this.over(begun.id);
  }

  #refuse(error: unknown): void {
    const { code, reason } = closingAfter(error);
    if (code === closeCodes.internalError)
      this.#logger.error({ requestId: this.requestId, err: error, code }, 'websocket closed');
    this.#close(code, reason);
  }

  #close(code: CloseCode, reason: string): void {
    this.#ending = true;
    this.#socket.close(code, reasonThatFits(reason));
  }
}

/** A close frame has room for 123 bytes (RFC 6455, 5.5), and ws throws for more: the id of an operation may be long. */
function reasonThatFits(reason: string): string {
  return Buffer.byteLength(reason) > 123 ? '' : reason;
}

function closingAfter(error: unknown): { code: CloseCode; reason: string } {
  // graphql-ws reads deeper JSON than it can write: a ping's payload, which it sends back.
  if (isStackOverflow(error)) return { code: closeCodes.invalidMessage, reason: 'Nested too deeply' };
  if (error instanceof InvalidToken) return { code: closeCodes.forbidden, reason: error.message };
  if (error instanceof IdentityUnavailable) return { code: closeCodes.tryAgainLater, reason: 'Try again later' };
  return { code: closeCodes.internalError, reason: 'Internal error' };
}
