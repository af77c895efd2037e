import { type Server as GraphqlWs, MessageType } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Outlet } from '../../graphql/shared-subscriptions/shared-subscription.ts';
import { IdentityUnavailable, InvalidToken } from '../../identity/errors.ts';
import type { VerifiedToken } from '../../identity/verify.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { type CloseCode, closeCodes } from '../close-codes.ts';
import { afterDeadline } from './deadline.ts';

/** graphql-ws does not tell when the last answer was handed over. */
const recheckAnswersMs = 20;

export type Extra = { readonly connection: Connection };

/** Bytes that wait for a client to read them: a few of the largest answers. One that leaves more unread is cut off. */
const maxUnreadBytes = 64_000_000;

/** One client's websocket: who it is, what it is at, and how it ends. */
export class Connection {
  readonly clientAddress: string;
  viewer: Viewer | null = null;
  /** By the client's id, kept by graphql-ws: null for what is being executed, otherwise a running subscription. */
  operations: Readonly<Record<string, unknown>> = {};
  readonly #socket: WebSocket;
  readonly #logger: Logger;
  #ending = false;

  constructor(socket: WebSocket, clientAddress: string, logger: Logger) {
    this.#socket = socket;
    this.clientAddress = clientAddress;
    this.#logger = logger;
  }

  open(graphql: GraphqlWs<Extra>, onClose: () => void): void {
    const socket = this.#socket;
    // ws closes the socket after it; mostly a client that broke the protocol or sent too much.
    socket.on('error', (error) => this.#logger.debug({ err: error }, 'websocket failed'));
    const adapter = {
      protocol: socket.protocol,
      send: (text: string) => this.#send(text),
      close: (code?: number, reason?: string) => socket.close(code, reason),
      onMessage: (handle: (text: string) => Promise<void>) =>
        socket.on('message', (data) => {
          // What comes now is done by no one, so that a client which asks again elsewhere does not have it done twice.
          if (!this.#ending) handle(String(data)).catch((error: unknown) => this.#refuse(error));
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

  /** Of the operation with the client's id, for payloads that are text already. */
  outlet(id: string): Outlet {
    const head = `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`;
    return { next: (payload, onSent) => this.#write(`${head}${payload}}`, onSent) };
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

  /** Resolves when the socket took it, which is what holds subscriptions back; what can't be sent, nobody waits for. */
  #send(text: string): Promise<void> {
    return new Promise((resolve) => this.#write(text, resolve));
  }

  #write(text: string, onSent: () => void): void {
    if (this.#socket.bufferedAmount > maxUnreadBytes) this.#socket.terminate();
    this.#socket.send(text, () => onSent());
  }

  #refuse(error: unknown): void {
    const { code, reason } = closingAfter(error);
    this.#ending = true;
    if (code !== closeCodes.forbidden) this.#logger.error({ err: error, code }, 'websocket closed');
    this.#socket.close(code, reason);
  }
}

function closingAfter(error: unknown): { code: CloseCode; reason: string } {
  if (error instanceof InvalidToken) return { code: closeCodes.forbidden, reason: error.message };
  if (error instanceof IdentityUnavailable) return { code: closeCodes.tryAgainLater, reason: 'Try again later' };
  return { code: closeCodes.internalError, reason: 'Internal error' };
}
