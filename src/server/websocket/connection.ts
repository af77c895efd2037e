import type { Server as GraphqlWs, SubscribePayload } from 'graphql-ws';
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
import type { LiveConnection } from '../live-connections/address-accounts.ts';
import { afterDeadline } from '../live-connections/deadline.ts';
import { msSince } from '../request-log.ts';
import { ClientLimits } from './client-limits.ts';
import { detachPayload } from './detach-payload.ts';
import { OperationSink, SocketWriter, type SocketWriterOptions } from './socket-writer.ts';

/** graphql-ws does not report when the last answer was sent. */
const recheckAnswersMs = 20;

export type Extra = { readonly connection: Connection };

/** An operation, which is distinct from a later one with the same id. */
interface Begun {
  readonly id: string;
  readonly atMs: number;
  readonly summary: OperationSummary;
}

export interface ConnectionOptions extends Pick<SocketWriterOptions, 'stream' | 'accounts' | 'account' | 'sent'> {
  /** Request id of the handshake, which all operations of the websocket share. */
  readonly requestId: string;
  /** The handshake's Authorization header. */
  readonly authorization: string | undefined;
  readonly limits: WebsocketConfig;
  readonly logger: Logger;
}

/** A client's websocket: its viewer, its operations, and its end. */
export class Connection implements LiveConnection {
  readonly requestId: string;
  readonly authorization: string | undefined;
  readonly limits: ClientLimits;
  viewer: Viewer | null = null;
  /** graphql-ws' operations by the client's id: null for one in execution, otherwise a running subscription. */
  operations: Readonly<Record<string, unknown>> = {};
  readonly #socket: WebSocket;
  readonly #logger: Logger;
  readonly #writer: SocketWriter;
  /** Operations that have not ended. Kept a moment longer than in graphql-ws, which would confuse the next one with the same id. */
  #ids: readonly Begun[] = [];
  readonly #stallMs: number;
  /** Runs until `connection_init`. */
  #initTimer: NodeJS.Timeout | undefined;
  #begun: Begun | undefined;
  /** The payload that `detachPayload` removed from the message being handled. */
  #payload: SubscribePayload | undefined;
  #cancelExpiry: (() => void) | undefined;
  #ending = false;

  constructor(
    socket: WebSocket,
    { stream, accounts, account, requestId, authorization, limits, logger, sent }: ConnectionOptions,
  ) {
    const { unreadBytes } = limits;
    this.#socket = socket;
    this.#writer = new SocketWriter(socket, { stream, accounts, account, sent, unreadBytes, owner: this });
    this.requestId = requestId;
    this.authorization = authorization;
    this.#logger = logger;
    this.limits = new ClientLimits(limits);
    this.#stallMs = limits.stallSeconds * 1000;
    this.#initTimer = setTimeout(
      () => this.#close(closeCodes.initTimeout, 'Connection initialisation timeout'),
      limits.initSeconds * 1000,
    );
  }

  get clientAddress(): string {
    return this.#writer.account.address;
  }

  get bufferedBytes(): number {
    return this.#writer.bufferedBytes;
  }

  open(graphql: GraphqlWs<Extra>, onClose: () => void): void {
    const socket = this.#socket;
    // ws then closes the socket. Mostly the client broke the protocol, or sent too much.
    socket.on('error', (error) => this.#logger.debug({ requestId: this.requestId, err: error }, 'websocket failed'));
    socket.on('ping', () => this.#acceptsMessage());
    // A pong that answers no ping counts as a message.
    socket.on('pong', (nonce) => this.#writer.pong(String(nonce)) || this.#acceptsMessage());
    const adapter = {
      protocol: socket.protocol,
      // Resolves at once: graphql-ws keeps the result until then, which takes many times the memory of its text.
      send: async (text: string) => this.#writer.send(text),
      close: (code = 1000, reason = '') => socket.close(code, reasonThatFits(reason)),
      onMessage: (handle: (text: string) => Promise<void>) =>
        socket.on('message', (data) => {
          if (this.#acceptsMessage()) this.#handle(handle, String(data));
        }),
    };
    const closed = graphql.opened(adapter, { connection: this });
    socket.once('close', (code, reason) => {
      clearTimeout(this.#initTimer);
      this.#writer.close();
      this.#cancelExpiry?.();
      onClose();
      closed(code, String(reason)).catch((error: unknown) =>
        this.#logger.error({ requestId: this.requestId, err: error }, 'subscription not ended'),
      );
    });
  }

  /**
   * To be called on `connection_init`.
   * @param operations the running ones, as graphql-ws keeps them
   */
  initialised(operations: Readonly<Record<string, unknown>>): void {
    clearTimeout(this.#initTimer);
    this.#initTimer = undefined;
    this.operations = operations;
  }

  /** Closes the connection when the token expires, so that the client reconnects with another. */
  authenticated({ viewer, expiresAtMs }: VerifiedToken): void {
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    this.viewer = viewer;
    this.#cancelExpiry = afterDeadline(expiresAtMs, () =>
      this.#closeGracefully(closeCodes.forbidden, new InvalidToken('expired').message),
    );
  }

  /** False if the id is in use; the socket is then closed. */
  begin(id: string): boolean {
    if (this.#begunAs(id) !== undefined) {
      this.#close(closeCodes.idInUse, `Subscriber for ${id} already exists`);
      return false;
    }
    this.#begun = { id, atMs: performance.now(), summary: summaryOf(this.requestId) };
    this.#ids = [...this.#ids, this.#begun];
    return true;
  }

  /**
   * Resolves when a query or mutation may be executed, which holds a slot until its end. Resolves to false if the client no longer waits
   * for it.
   */
  async acquireSlot(id: string): Promise<boolean> {
    await this.limits.executions.acquire(id);
    if (!this.#writer.isWritable) await new Promise<void>((resolve) => this.#writer.onWritable(resolve));
    return this.isAwaited(id);
  }

  /** The log's summary of the operation, for its end. */
  summary(id: string): OperationSummary {
    return this.#begunAs(id)?.summary ?? summaryOf(this.requestId);
  }

  /** Whether the client still waits for the operation. */
  isAwaited(id: string): boolean {
    return id in this.operations && this.#socket.readyState === this.#socket.OPEN;
  }

  end(id: string): void {
    const begun = this.#begunAs(id);
    if (begun) this.#logger.debug({ ...begun.summary, ms: msSince(begun.atMs) }, 'operation over a websocket');
    this.#ids = this.#ids.filter((other) => other !== begun);
    this.limits.release(id);
  }

  #begunAs(id: string): Begun | undefined {
    return this.#ids.find((begun) => begun.id === id);
  }

  /** The sink of the operation with the client's id, for serialized payloads. */
  sink(id: string): SubscriberSink {
    return new OperationSink(id, this.#writer, this.operations);
  }

  /** @param handled the payload that graphql-ws has */
  payloadOf(handled: SubscribePayload): SubscribePayload {
    return this.#payload ?? handled;
  }

  keepAlive(): void {
    if (this.#writer.stalledMs < this.#stallMs) this.#writer.ping();
    else this.cutOff();
  }

  /** Closes the connection of a client that does not read its answers. */
  cutOff(): void {
    this.#close(closeCodes.tooSlow, 'Too slow');
  }

  /** Tells the client to reconnect, to another node. */
  leave(): void {
    this.#closeGracefully(closeCodes.goingAway, 'Going away');
  }

  /** Closes as soon as queries and mutations in flight are answered. */
  #closeGracefully(code: CloseCode, reason: string): void {
    this.#ending = true;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const answering = this.bufferedBytes > 0 || Object.values(this.operations).includes(null);
    if (answering) setTimeout(() => this.#closeGracefully(code, reason), recheckAnswersMs);
    else this.#socket.close(code, reason);
  }

  /** False once the socket will close. Later operations are not executed, so that a client's retry does not execute them twice. */
  #acceptsMessage(): boolean {
    if (!this.#ending && !this.limits.messages.take()) this.#close(closeCodes.tooManyMessages, 'Too many messages');
    return !this.#ending;
  }

  #handle(handle: (text: string) => Promise<void>, text: string): void {
    this.#begun = undefined;
    const { message, payload } = detachPayload(text);
    this.#payload = payload;
    const handled = handle(message);
    // The message's operation begins before the first wait.
    const begun = this.#begun as Begun | undefined;
    this.#payload = undefined;
    void handled.catch((error: unknown) => this.#refuse(error)).then(() => this.#handled(begun));
  }

  /** graphql-ws does not report the end of an operation that is refused after its client has completed it. */
  #handled(begun: Begun | undefined): void {
    if (begun !== undefined && this.#ids.includes(begun)) this.end(begun.id);
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

/** Truncates to the 123 bytes of a close frame (RFC 6455, 5.5), beyond which ws throws, because the id of an operation may be long. */
function reasonThatFits(reason: string): string {
  return Buffer.byteLength(reason) > 123 ? '' : reason;
}

function closingAfter(error: unknown): { code: CloseCode; reason: string } {
  // graphql-ws can parse deeper JSON than it can serialize, as when it returns a ping's payload.
  if (isStackOverflow(error)) return { code: closeCodes.invalidMessage, reason: 'Nested too deeply' };
  if (error instanceof InvalidToken) return { code: closeCodes.forbidden, reason: error.message };
  if (error instanceof IdentityUnavailable) return { code: closeCodes.tryAgainLater, reason: 'Try again later' };
  return { code: closeCodes.internalError, reason: 'Internal error' };
}
