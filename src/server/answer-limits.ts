import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpConfig } from '../config.ts';

interface AnswerLimits extends Pick<HttpConfig, 'answerStallSeconds' | 'maxUnreadBytes'> {
  /** The client's network address. */
  addressOf(request: IncomingMessage): string;
}

/** Share of unread bytes that one network address may have. */
const shareOfAddress = 1 / 3;

/** Smaller answers are not counted: the kernel mostly takes them at once. */
const largeAnswerBytes = 64_000;

/** The slowest accepted reading of a large answer. A phone at the edge of its network takes four minutes for 5 MB. */
const leastBytesPerSecond = 20_000;

/** Pipelined requests that may wait on a connection. Hardly any client sends even one. */
const maxPipelined = 100;

/** Bounds the memory that a client can hold by not reading its answers. */
export function limitAnswers(http: FastifyInstance, limits: AnswerLimits): void {
  const pipelined = new Pipelined();
  const unread = new UnreadAnswers(limits);
  http.addHook('onRequest', (request, reply, done) => {
    // Node assigns the socket to a response once all answers before it are written.
    if (reply.raw.socket !== null) done();
    else pipelined.wait(request.raw.socket, reply.raw, done);
  });
  http.addHook('onSend', (request, reply, payload, done) => {
    const bytes = sizeOf(payload) ?? Number(reply.getHeader('content-length') ?? 0);
    unread.begin(request, reply.raw, bytes);
    // Buffers, because a string would stay in memory beside its bytes.
    done(null, typeof payload === 'string' && bytes > largeAnswerBytes ? Buffer.from(payload) : payload);
  });
}

function sizeOf(payload: unknown): number | undefined {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return Buffer.isBuffer(payload) ? payload.length : undefined;
}

/** Executes pipelined requests one by one: Node would execute all at once, and buffer the answers until they can be sent in order. */
class Pipelined {
  readonly #waiting = new WeakMap<Socket, number>();

  /** Calls back when all earlier answers are sent; never if the connection is closed before. */
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
  /** Oldest first. */
  readonly #answers = new Set<UnreadAnswer>();

  constructor(limits: AnswerLimits) {
    this.#limits = limits;
  }

  begin(request: FastifyRequest, response: ServerResponse, bytes: number): void {
    const { answerStallSeconds, maxUnreadBytes, addressOf } = this.#limits;
    // Closes the connection if nothing could be written for this long. Node sets another timeout after the answer.
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

/** Makes room for a new answer by closing the connections that have been reading for the longest, because others are done soon. */
function makeRoom(answers: readonly UnreadAnswer[], maxBytes: number): void {
  let excess = answers.reduce((sum, { bytes }) => sum + bytes, 0) - maxBytes;
  for (const { response, bytes } of answers.slice(0, -1)) {
    if (excess <= 0) return;
    response.destroy();
    excess -= bytes;
  }
}
