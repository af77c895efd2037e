import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { maxRequestBytes } from '../body-limit.ts';
import { clientAddressOf, type TrustsProxy } from '../client-address.ts';
import { Connection } from './connection.ts';
import { type GraphqlOptions, graphqlOverWebsocket } from './graphql.ts';
import { keepAlive } from './keep-alive.ts';

export interface WebsocketOptions extends GraphqlOptions {
  /** Its upgrade requests are answered, until `close`. */
  readonly server: Server;
  readonly path: string;
  readonly trustsProxy: TrustsProxy;
}

export interface Websockets {
  /** Takes no more of them, lets each finish the queries and mutations it is at, and resolves when all are gone. */
  close(): Promise<void>;
  /** Cuts off whatever is left. */
  terminate(): void;
}

/** Proxies commonly cut off what is quiet for a minute, and a client that is gone shall not be served for long. */
const keepAliveMs = 12_000;

export function openWebsockets(options: WebsocketOptions): Websockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes, handleProtocols });
  const graphql = graphqlOverWebsocket(options);
  const connections = new Set<Connection>();
  options.server.on('upgrade', (request, stream, head) => {
    if (pathOf(request) !== options.path) return refuse(stream);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      keepAlive(socket, keepAliveMs);
      const connection = new Connection(socket, clientAddressOf(request, options.trustsProxy), options.logger);
      connections.add(connection);
      connection.open(graphql, () => connections.delete(connection));
    });
  });
  return {
    close() {
      for (const connection of connections) connection.leave();
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

function refuse(stream: Duplex): void {
  stream.on('error', () => stream.destroy());
  stream.once('finish', () => stream.destroy());
  stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
