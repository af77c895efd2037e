import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpConfig } from '../config.ts';

interface AnswerLimits extends Pick<HttpConfig, 'answerStallSeconds' | 'maxUnreadBytes'> {
  /** Of the client's network. */
  addressOf(request: IncomingMessage): string;
}

/** Of what may wait to be read, what may wait for one network address. */
const shareOfAddress = 1 / 3;

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

interface UnreadAnswer {
  readonly response: ServerResponse;
  readonly address: string;
  readonly bytes: number;
}

class UnreadAnswers {
  readonly #limits: AnswerLimits;
  /** The oldest first. */
  readonly #answers = new Set<UnreadAnswer>();

  constructor(limits: AnswerLimits) {
    this.#limits = limits;
  }

  begin(request: FastifyRequest, response: ServerResponse, bytes: number): void {
    const { answerStallSeconds, maxUnreadBytes, addressOf } = this.#limits;
    // Closes the connection when nothing could be written for this long. Node sets the next timeout after the answer.
    request.raw.socket.setTimeout(answerStallSeconds * 1000);
    if (bytes <= largeAnswerBytes) return;
    request.body = undefined;
    const longestMs = answerStallSeconds * 1000 + (bytes / leastBytesPerSecond) * 1000;
    const timer = setTimeout(() => response.destroy(), longestMs);
    const answer = { response, address: addressOf(request.raw), bytes };
    this.#answers.add(answer);
    response.once('close', () => {
      clearTimeout(timer);
      this.#answers.delete(answer);
    });
    const ofAddress = [...this.#answers].filter(({ address }) => address === answer.address);
    makeRoom(ofAddress, maxUnreadBytes * shareOfAddress);
    makeRoom([...this.#answers], maxUnreadBytes);
  }
}

/** For the newest, at the cost of those who have been reading for the longest: who reads at all is soon done. */
function makeRoom(answers: readonly UnreadAnswer[], maxBytes: number): void {
  let excess = answers.reduce((sum, { bytes }) => sum + bytes, 0) - maxBytes;
  for (const { response, bytes } of answers.slice(0, -1)) {
    if (excess <= 0) return;
    response.destroy();
    excess -= bytes;
  }
}
