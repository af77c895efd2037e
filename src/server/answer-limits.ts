import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpConfig } from '../config.ts';

type AnswerLimits = Pick<HttpConfig, 'answerStallSeconds' | 'maxUnreadBytes'>;

/** Smaller ones are mostly taken by the kernel at once, and hold little if they are not. */
const largeAnswerBytes = 64_000;

/** The slowest reading of a large answer: 5 MB take a phone at the edge of its network four minutes. */
const leastBytesPerSecond = 20_000;

/** Requests that wait for the answer to an earlier one on their connection: hardly any client sends even one. */
const maxPipelined = 100;

/** Bounds what a client that does not read its answers can hold. */
export function limitAnswers(http: FastifyInstance, limits: AnswerLimits): void {
  const pipelined = new Pipelined();
  const unread = new UnreadAnswers(limits);
  http.addHook('onRequest', (request, reply, done) => {
    // Node gives a response its socket once all answers before it are with the kernel.
    if (reply.raw.socket !== null) done();
    else pipelined.wait(request.raw.socket, reply.raw, done);
  });
  http.addHook('onSend', (request, reply, payload, done) => {
    const bytes = sizeOf(payload) ?? Number(reply.getHeader('content-length') ?? 0);
    unread.begin(request, reply.raw, bytes);
    // A string would be kept beside the bytes that are written.
    done(null, typeof payload === 'string' && bytes > largeAnswerBytes ? Buffer.from(payload) : payload);
  });
}

function sizeOf(payload: unknown): number | undefined {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return Buffer.isBuffer(payload) ? payload.length : undefined;
}

/** Node would have all requests on a connection executed at once, and keep the answers until they can be sent in order. */
class Pipelined {
  readonly #waiting = new WeakMap<Socket, number>();

  /** Calls back when every answer before this one is sent; never, if the connection is closed before. */
  wait(socket: Socket, response: ServerResponse, onTurn: () => void): void {
    const waiting = (this.#waiting.get(socket) ?? 0) + 1;
    if (waiting > maxPipelined) return void socket.destroy();
    this.#waiting.set(socket, waiting);
    response.once('socket', () => {
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1);
      socket.setTimeout(0);
      if (!socket.destroyed) onTurn();
    });
  }
}

/** Answers that are being sent, the oldest first. */
class UnreadAnswers {
  readonly #limits: AnswerLimits;
  readonly #bytes = new Map<ServerResponse, number>();
  #total = 0;

  constructor(limits: AnswerLimits) {
    this.#limits = limits;
  }

  begin(request: FastifyRequest, response: ServerResponse, bytes: number): void {
    // Closes the connection when nothing could be written for this long. Node sets the next timeout after the answer.
    request.raw.socket.setTimeout(this.#limits.answerStallSeconds * 1000);
    if (bytes <= largeAnswerBytes) return;
    request.body = undefined;
    const longestMs = this.#limits.answerStallSeconds * 1000 + (bytes / leastBytesPerSecond) * 1000;
    const timer = setTimeout(() => response.destroy(), longestMs);
    this.#bytes.set(response, bytes);
    this.#total += bytes;
    response.once('close', () => {
      clearTimeout(timer);
      this.#bytes.delete(response);
      this.#total -= bytes;
    });
    this.#makeRoom(response);
  }

  /** At the cost of those who have been reading for the longest: who reads at all is soon done. */
  #makeRoom(newest: ServerResponse): void {
    let excess = this.#total - this.#limits.maxUnreadBytes;
    for (const [response, bytes] of this.#bytes) {
      if (excess <= 0 || response === newest) return;
      response.destroy();
      excess -= bytes;
    }
  }
}
