import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { HttpConfig } from '../../config.ts';
import type { ClientAddresses } from '../client-address.ts';
import { closeCodes } from '../close-codes.ts';
import { isOriginAllowed } from '../origins.ts';
import { Connection } from './connection.ts';
import { type GraphqlOptions, graphqlOverWebsocket } from './graphql.ts';
import { leaveByAndBy } from './leaving.ts';

export interface WebsocketOptions extends GraphqlOptions {
  /** Its upgrade requests are answered, until `close`. */
  readonly server: Server;
  readonly path: string;
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

export function openWebsockets(options: WebsocketOptions): Websockets {
  const { limits, logger } = options;
  const settings = { noServer: true, maxPayload: limits.maxMessageBytes, handleProtocols, closeTimeout };
  const sockets = new WebSocketServer(settings);
  const graphql = graphqlOverWebsocket(options);
  const connections = new Set<Connection>();
  const sent = { messages: 0 };
  options.server.on('upgrade', (request, stream, head) => {
    if (pathOf(request) !== options.path) return refuse(stream, '404 Not Found');
    if (!isOriginAllowed(request, options.corsOrigins, options.clientAddresses)) return refuse(stream, '403 Forbidden');
    if (sockets.clients.size >= limits.maxSockets + maxRefused) return refuse(stream, '503 Service Unavailable');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      if (connections.size >= limits.maxSockets) {
        socket.on('error', () => {});
        return socket.close(closeCodes.tryAgainLater, 'Too many websockets');
      }
      const clientAddress = options.clientAddresses.of(request);
      const { authorization } = request.headers;
      const connection = new Connection(socket, { stream, clientAddress, authorization, limits, logger, sent });
      connections.add(connection);
      connection.open(graphql, () => connections.delete(connection));
    });
  });
  return {
    get count() {
      return connections.size;
    },
    get messages() {
      return sent.messages;
    },
    close() {
      void leaveByAndBy(connections);
      // It answers 503 to those who come from now on.
      return new Promise((resolve) => sockets.close(() => resolve()));
    },
    terminate() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? url;
}

function refuse(stream: Duplex, status: string): void {
  stream.on('error', () => stream.destroy());
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n`);
}
