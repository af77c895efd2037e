import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HttpConfig } from '../../config.ts';
import type { ClientAddresses } from '../client-address.ts';
import { closeCodes } from '../close-codes.ts';
import { ownPath } from '../own-path.ts';
import { requestIdHeader, requestIdOf } from '../request-log.ts';
import { type AddressAccount, AddressAccounts } from './address-accounts.ts';
import { Connection } from './connection.ts';
import { type GraphqlOptions, graphqlOverWebsocket } from './graphql.ts';

export interface WebsocketOptions extends GraphqlOptions {
  /** Its upgrade requests are answered, until `close`. */
  readonly server: Server;
  readonly path: string;
  /** Of the address that people know: empty, or '/tickets'. */
  readonly basePath: string;
  readonly clientAddresses: ClientAddresses;
  readonly corsOrigins: HttpConfig['corsOrigins'];
}

export interface Websockets {
  readonly count: number;
  /** Sent over all of them, so far. */
  readonly messages: number;
  /** Takes no more of them, tells one after the other to go when it has finished its queries and mutations, and resolves when all are gone. */
  close(): Promise<void>;
  /** Cuts off whatever is left. */
  terminate(): void;
}

/** A client that does not take the close frame is cut off this much later. */
const closeTimeout = 5_000;

/** Those that are told to come back later cost something too; beyond so many, they are not even told. */
const maxRefused = 1_000;
const maxRefusedOfAddress = 50;

/** All are told to leave within this, however many there are. */
const leaveWithinMs = 4_000;
const leaveEveryMs = 20;
/** Told at a time at least: where there are few, it is soon over. */
const leastAtOnce = 20;

export function openWebsockets(options: WebsocketOptions): Websockets {
  const { limits, logger } = options;
  const settings = {
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    handleProtocols,
    closeTimeout,
    // One message of a socket in a turn of the event loop: whoever sends hundreds at once keeps nobody else waiting.
    allowSynchronousEvents: false,
  };
  const sockets = new WebSocketServer(settings);
  const graphql = graphqlOverWebsocket(options);
  const connections = new Set<Connection>();
  const sent = { messages: 0 };
  sockets.on('headers', (lines, { headers }) => lines.push(`X-Request-Id: ${headers[requestIdHeader]}`));
  const accounts = new AddressAccounts(() => performance.now());
  options.server.on('upgrade', (request, stream, head) => {
    if (pathOf(request, options.basePath) !== options.path) return refuse(stream, '404 Not Found');
    if (!isOriginAllowed(request, options.corsOrigins, options.clientAddresses)) return refuse(stream, '403 Forbidden');
    if (sockets.clients.size >= limits.maxSockets + maxRefused) return refuse(stream, '503 Service Unavailable');
    const address = options.clientAddresses.of(request);
    const requestId = requestIdOf(request);
    request.headers[requestIdHeader] = requestId;
    if (accounts.refused(address) >= maxRefusedOfAddress) return refuse(stream, '503 Service Unavailable');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const account = accounts.of(address);
      const tooMany = tooManyOf(account);
      if (tooMany !== undefined) return tellToComeBack(socket, account, tooMany);
      const { authorization } = request.headers;
      const connection = new Connection(socket, {
        stream,
        accounts,
        account,
        requestId,
        authorization,
        limits,
        logger,
        sent,
      });
      connections.add(connection);
      account.sockets.add(connection);
      connection.open(graphql, () => {
        connections.delete(connection);
        account.sockets.delete(connection);
        accounts.release(account);
      });
    });
  });

  function tooManyOf(account: AddressAccount): string | undefined {
    if (connections.size >= limits.maxSockets) return 'Too many websockets';
    const isFull = limits.maxSocketsPerAddress > 0 && account.sockets.size >= limits.maxSocketsPerAddress;
    return isFull ? 'Too many websockets from your network address' : undefined;
  }

  function tellToComeBack(socket: WebSocket, account: AddressAccount, reason: string): void {
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
      return connections.size;
    },
    get messages() {
      return sent.messages;
    },
    close() {
      void drainGradually(connections);
      // It answers 503 to those who come from now on.
      return new Promise((resolve) =>
        sockets.close(() => {
          accounts[Symbol.dispose]();
          resolve();
        }),
      );
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
 * Whether a page may open a websocket, which browsers leave to the server to decide: one of a listed origin, or one that this
 * server has served. Native apps name no origin.
 */
function isOriginAllowed(
  { headers, socket }: IncomingMessage,
  corsOrigins: HttpConfig['corsOrigins'],
  addresses: ClientAddresses,
): boolean {
  const { origin } = headers;
  if (origin === undefined || corsOrigins === '*' || corsOrigins.includes(origin)) return true;
  const forwardedHost = addresses.peer(socket)?.isTrustedProxy ? headers['x-forwarded-host'] : undefined;
  // A proxy that ends TLS does not always say so: the schemes are not compared.
  return URL.canParse(origin) && isHost(new URL(origin), String(forwardedHost ?? headers.host));
}

/** With or without the scheme's own port, which browsers leave away. */
function isHost({ protocol, host }: URL, text: string): boolean {
  const url = `${protocol}//${text}`;
  return URL.canParse(url) && new URL(url).host === host;
}

function refuse(stream: Duplex, status: string): void {
  stream.on('error', () => stream.destroy());
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n`);
}

/** Told all at once, those who come back would be a rush for the nodes that are left. Until it is their turn, they are served as ever. */
async function drainGradually(connections: Iterable<{ leave(): void }>): Promise<void> {
  const waiting = [...connections];
  const atOnce = Math.max(leastAtOnce, Math.ceil((waiting.length * leaveEveryMs) / leaveWithinMs));
  for (;;) {
    for (const connection of waiting.splice(0, atOnce)) connection.leave();
    if (waiting.length === 0) return;
    await sleep(leaveEveryMs);
  }
}
