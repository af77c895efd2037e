import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HttpConfig } from '../../config.ts';
import type { ClientAddresses } from '../client-address.ts';
import { closeCodes } from '../close-codes.ts';
import type { AddressAccount, AddressAccounts, TooMany } from '../live-connections/address-accounts.ts';
import { ownPath } from '../own-path.ts';
import { requestIdHeader, requestIdOf } from '../request-log.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { type GraphqlOptions, graphqlOverWebsocket } from './graphql.ts';

export interface WebsocketOptions extends GraphqlOptions {
  /** The server whose upgrade requests are answered, until `close`. */
  readonly server: Server;
  readonly path: string;
  /** Base path of public addresses: empty, or '/tickets'. */
  readonly basePath: string;
  readonly clientAddresses: ClientAddresses;
  readonly corsOrigins: HttpConfig['corsOrigins'];
  readonly accounts: AddressAccounts;
}

type Handshake = Pick<ConnectionOptions, 'stream' | 'account' | 'requestId' | 'authorization'>;

export interface Websockets {
  readonly count: number;
  /** Messages sent over all websockets so far. */
  readonly messages: number;
  /** Refuses new websockets, and resolves when all are closed. */
  close(): Promise<void>;
  /** Terminates all that are left. */
  terminate(): void;
}

/** A client that does not answer the close frame is terminated after this. */
const closeTimeout = 5_000;

/** Refused websockets that are open at once. Beyond it they are terminated, because refusing costs something as well. */
const maxRefused = 1_000;
const maxRefusedOfAddress = 50;

const reasons: Readonly<Record<TooMany, string>> = {
  'of the node': 'Too many websockets',
  'of the address': 'Too many websockets from your network address',
};

export function openWebsockets(options: WebsocketOptions): Websockets {
  const { limits, logger, accounts } = options;
  const settings = {
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    handleProtocols,
    closeTimeout,
    // One message of a socket in a turn of the event loop, so that a client which sends hundreds at once does not delay others.
    allowSynchronousEvents: false,
  };
  const sockets = new WebSocketServer(settings);
  const graphql = graphqlOverWebsocket(options);
  const sent = { messages: 0 };
  let count = 0;
  sockets.on('headers', (lines, { headers }) => lines.push(`X-Request-Id: ${headers[requestIdHeader]}`));
  options.server.on('upgrade', (request, stream, head) => {
    if (pathOf(request, options.basePath) !== options.path) return refuse(stream, '404 Not Found');
    if (!isOriginAllowed(request, options.corsOrigins, options.clientAddresses)) return refuse(stream, '403 Forbidden');
    if (sockets.clients.size >= limits.maxSockets + maxRefused) return refuse(stream, '503 Service Unavailable');
    const address = options.clientAddresses.of(request);
    // Copied, because a new uuid is a concatenation of twenty strings, 400 bytes more.
    const requestId = Buffer.from(requestIdOf(request)).toString();
    request.headers[requestIdHeader] = requestId;
    if (accounts.refused(address) >= maxRefusedOfAddress) return refuse(stream, '503 Service Unavailable');
    const { authorization } = request.headers;
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const account = accounts.of(address);
      const tooMany = accounts.tooMany(address);
      if (tooMany !== undefined) refuseForNow(socket, account, reasons[tooMany]);
      else serve(socket, { stream, account, requestId, authorization });
    });
  });

  /** A function of its own, so that no closure which lives as long as the socket keeps the request. */
  function serve(socket: WebSocket, handshake: Handshake): void {
    const { account } = handshake;
    const connection = new Connection(socket, { ...handshake, accounts, limits, logger, sent });
    count += 1;
    accounts.add(account, connection);
    connection.open(graphql, () => {
      count -= 1;
      accounts.delete(account, connection);
    });
  }

  function refuseForNow(socket: WebSocket, account: AddressAccount, reason: string): void {
    account.refused += 1;
    socket.on('error', () => {});
    socket.once('close', () => {
      account.refused -= 1;
      accounts.release(account);
    });
    socket.close(closeCodes.tryAgainLater, reason);
  }

  return {
    get count() {
      return count;
    },
    get messages() {
      return sent.messages;
    },
    close() {
      // It answers 503 to new ones from now on.
      return new Promise((resolve) => sockets.close(() => resolve()));
    },
    terminate() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage, basePath: string): string | undefined {
  return ownPath(url, basePath).split('?', 1)[0];
}

/**
 * Whether the request's origin may open a websocket, which browsers do not check: a listed origin, or this server's own. Native
 * apps send no origin.
 */
function isOriginAllowed(
  { headers, socket }: IncomingMessage,
  corsOrigins: HttpConfig['corsOrigins'],
  addresses: ClientAddresses,
): boolean {
  const { origin } = headers;
  if (origin === undefined || corsOrigins === '*' || corsOrigins.includes(origin)) return true;
  const forwardedHost = addresses.peer(socket)?.isTrustedProxy ? headers['x-forwarded-host'] : undefined;
  // Schemes are not compared, because a proxy that terminates TLS does not always say so.
  return URL.canParse(origin) && isHost(new URL(origin), String(forwardedHost ?? headers.host));
}

/** Compares without the scheme's default port, which browsers omit. */
function isHost({ protocol, host }: URL, text: string): boolean {
  const url = `${protocol}//${text}`;
  return URL.canParse(url) && new URL(url).host === host;
}

function refuse(stream: Duplex, status: string): void {
  stream.on('error', () => stream.destroy());
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n`);
}
