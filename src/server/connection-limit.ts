import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ClientAddresses } from './client-address.ts';
import { send } from './error-replies.ts';

/** How long a connection beyond the limit may take to send the request that is refused. */
const refusalMs = 5_000;

/** Refusals in flight for one address, because refusing costs something as well. */
const maxRefused = 1_000;

const retryAfterMs = 1_000;

const tooMany = {
  message: 'Too many connections from this address',
  extensions: { code: 'RATE_LIMITED', retryAfterMs },
};

/**
 * Bounds the connections of one address, except trusted proxies, which have many clients. Requests on further connections are
 * answered 429. A connection that becomes a websocket counts as a websocket only.
 * @param maxPerAddress 0 means no limit
 */
export function limitConnections(http: FastifyInstance, addresses: ClientAddresses, maxPerAddress: number): void {
  if (maxPerAddress === 0) return;
  const connections = new ConnectionsByAddress();
  const refused = new WeakSet<Socket>();
  http.server.on('connection', (socket: Socket) => {
    const peer = addresses.peer(socket);
    if (peer === undefined || peer.isTrustedProxy) return;
    const count = connections.add(socket, peer.countedAs);
    socket.once('close', () => connections.delete(socket));
    if (count <= maxPerAddress) return;
    if (count > maxPerAddress + maxRefused) return void socket.destroy();
    refused.add(socket);
    socket.setTimeout(refusalMs);
  });
  http.server.on('upgrade', ({ socket }) => connections.delete(socket));
  http.addHook('onRequest', (request, reply, done) => {
    if (!refused.has(request.raw.socket)) return done();
    const headers = { connection: 'close', 'retry-after': String(retryAfterMs / 1000) };
    void send({ status: 429, error: tooMany, headers }, request, reply);
  });
}

class ConnectionsByAddress {
  readonly #addresses = new Map<Socket, string>();
  readonly #counts = new Map<string, number>();

  /** @returns the number of the address' connections, including this one */
  add(socket: Socket, address: string): number {
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#addresses.set(socket, address);
    this.#counts.set(address, count);
    return count;
  }

  delete(socket: Socket): void {
    const address = this.#addresses.get(socket);
    if (address === undefined) return;
    this.#addresses.delete(socket);
    const left = (this.#counts.get(address) ?? 1) - 1;
    if (left > 0) this.#counts.set(address, left);
    else this.#counts.delete(address);
  }
}
