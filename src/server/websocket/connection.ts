import type { Duplex } from 'node:stream';
import { type Server as GraphqlWs, MessageType } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { WebsocketConfig } from '../../config.ts';
import type { Outlet } from '../../graphql/shared-subscriptions/shared-subscription.ts';
import type { VerifiedToken } from '../../identity/claims.ts';
import { IdentityUnavailable, InvalidToken } from '../../identity/errors.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { type CloseCode, closeCodes } from '../close-codes.ts';
import { isStackOverflow } from '../operation-fault.ts';
import { ClientLimits } from './client-limits.ts';
import { afterDeadline } from './deadline.ts';
import { keepAlive } from './keep-alive.ts';
import { textFrame } from './text-frame.ts';
import { Turns } from './turns.ts';
import { Unread } from './unread.ts';
import { withQuery } from './with-query.ts';

/** graphql-ws does not tell when the last answer was handed over. */
const recheckAnswersMs = 20;

/** Queries and mutations of one client: a page waits for a few, and each may answer with a whole map, for which it takes 30 MB. */
const maxExecutions = 4;

/** What may wait in this process for one client to read it: a few of the largest answers, which are whole maps with their layout. */
const maxBufferedBytes = 16_000_000;

export type Extra = { readonly connection: Connection };

/** Closes the message that `outlet` opens. */
const tail = Buffer.from('}');

/** An operation, told apart from a later one with the same id. */
interface Begun {
  readonly id: string;
}

export interface ConnectionOptions {
  /** What the websocket writes to, uncompressed. */
  readonly stream: Duplex;
  readonly clientAddress: string;
  /** The handshake's header. */
  readonly authorization: string | undefined;
  readonly limits: WebsocketConfig;
  readonly logger: Logger;
  /** Counted for all connections together. */
  readonly sent: { messages: number };
}

/** One client's websocket: who it is, what it is at, and how it ends. */
export class Connection {
  readonly clientAddress: string;
  readonly authorization: string | undefined;
  readonly limits: ClientLimits;
  viewer: Viewer | null = null;
  /** By the client's id, kept by graphql-ws: null for what is being executed, otherwise a running subscription. */
  operations: Readonly<Record<string, unknown>> = {};
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #logger: Logger;
  readonly #unread: Unread;
  readonly #sent: { messages: number };
  /** Ids of operations that have not ended: for a moment longer than graphql-ws, which mistakes the next of that id for them. */
  readonly #ids = new Map<string, Begun>();
  #begun: Begun | undefined;
  readonly #turns = new Turns(maxExecutions);
  #ending = false;

  constructor(socket: WebSocket, { stream, clientAddress, authorization, limits, logger, sent }: ConnectionOptions) {
    this.#socket = socket;
    this.#stream = stream;
    this.clientAddress = clientAddress;
    this.authorization = authorization;
    this.#logger = logger;
    this.#sent = sent;
    this.limits = new ClientLimits(limits);
    this.#unread = new Unread(socket, limits.unreadBytes);
    keepAlive(socket, this.#unread, limits.stallSeconds * 1000, () => this.#cutOff());
  }

  open(graphql: GraphqlWs<Extra>, onClose: () => void): void {
    const socket = this.#socket;
    // ws closes the socket after it; mostly a client that broke the protocol or sent too much.
    socket.on('error', (error) => this.#logger.debug({ err: error }, 'websocket failed'));
    socket.on('ping', () => this.#mayGoOn());
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
        this.#logger.error({ err: error }, 'subscription not ended'),
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
    this.#begun = { id };
    this.#ids.set(id, this.#begun);
    return true;
  }

  /** Resolves when a query or mutation may be executed, which counts until it is over: false if its client no longer waits for it. */
  async turn(id: string): Promise<boolean> {
    await this.#turns.take(id);
    if (!this.#unread.hasRoom) await new Promise<void>((resolve) => this.#unread.onRoom(resolve));
    return id in this.operations && this.#socket.readyState === this.#socket.OPEN;
  }

  over(id: string): void {
    this.#ids.delete(id);
    this.#turns.release(id);
  }

  /** Of the operation with the client's id, for payloads that are text already. */
  outlet(id: string): Outlet {
    const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`);
    const unread = this.#unread;
    return {
      get hasRoom() {
        return unread.hasRoom;
      },
      onRoom: (callback) => unread.onRoom(callback),
      next: (payload) => {
        // The client may have completed it while it was being begun.
        if (id in this.operations) this.#writeFrame(textFrame(head, payload, tail));
      },
    };
  }

  /** Tells the client to come back elsewhere. */
  leave(): void {
    this.#end(closeCodes.goingAway, 'Going away');
  }

  /** As soon as queries and mutations under way are answered. */
  #end(code: CloseCode, reason: string): void {
    this.#ending = true;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const answering = Object.values(this.operations).includes(null);
    if (answering) setTimeout(() => this.#end(code, reason), recheckAnswersMs);
    else this.#socket.close(code, reason);
  }

  /** False once the socket is to end: what comes then is done by no one, so that a client which asks again does not have it done twice. */
  #mayGoOn(): boolean {
    if (!this.#ending && !this.limits.messages.take()) this.#close(closeCodes.tooManyMessages, 'Too many messages');
    return !this.#ending;
  }

  /** Resolves when the socket took it; what can't be sent, nobody waits for. */
  #send(text: string): Promise<void> {
    return new Promise((resolve) => this.#write(text, () => resolve()));
  }

  #write(text: string, onSent?: () => void): void {
    if (this.#socket.bufferedAmount > maxBufferedBytes) this.#cutOff();
    this.#socket.send(text, onSent);
    this.#unread.add(text.length);
    this.#sent.messages += 1;
  }

  /** Past ws, which would write a frame's head and its data apart: the dearest part of telling thousands. Only where there is room. */
  #writeFrame(frame: Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#stream.write(frame);
    this.#unread.add(frame.length);
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

  #cutOff(): void {
    this.#close(closeCodes.tooSlow, 'Too slow');
  }

  #refuse(error: unknown): void {
    const { code, reason } = closingAfter(error);
    if (code === closeCodes.internalError) this.#logger.error({ err: error, code }, 'websocket closed');
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
