import { connect, type Socket } from 'node:net';

/** How long an answer may take until the load calls it lost. */
const LOST_AFTER_MS = 60_000;

/** What came back, as it came. */
export interface RawAnswer {
  /** Place of the request among those prepared. */
  readonly at: number;
  /** By this process' `performance.now`. */
  readonly sentAt: number;
  readonly tookMs: number;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  /** As `latin1`; the fault when no answer came. */
  readonly body: string;
}

export interface Source {
  /** What to send next; undefined when there is nothing more. */
  next(): { readonly at: number; readonly message: Buffer } | undefined;
  /** A reservation was granted. */
  granted(): void;
}

type OnAnswer = (status: number | undefined, body: string) => void;

/** A whole message of HTTP, ready to be sent: signing and serialising are no part of what is measured. */
export function httpMessage(path: string, authorization: string, body: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: load',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: ${authorization}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * One keep-alive connection, with one request under way at a time. A client library would take more of the machine than all
 * of Redis, for headers that nobody looks at: whatever the load takes, the servers that are measured do not have.
 */
export class LoadConnection {
  readonly #url: URL;
  #socket: Socket;
  #received = '';
  #onAnswer: OnAnswer | undefined;

  private constructor(url: URL) {
    this.#url = url;
    this.#socket = this.#connect();
  }

  /** Connected, and known to the server. */
  static async open(graphqlUrl: string): Promise<LoadConnection> {
    const url = new URL(graphqlUrl);
    const connection = new LoadConnection(url);
    const greeting = `GET ${url.pathname}?query=%7B__typename%7D HTTP/1.1\r\nhost: load\r\ncontent-type: application/json\r\n\r\n`;
    const status = await new Promise<number | undefined>((resolve) => {
      connection.#exchange(Buffer.from(greeting), resolve);
    });
    if (status !== 200) throw new Error(`${graphqlUrl} answered ${status}`);
    return connection;
  }

  /** Sends one request after the other until the source has no more. Gives what came back. */
  send(source: Source): Promise<readonly RawAnswer[]> {
    const answers: RawAnswer[] = [];
    return new Promise((resolve) => {
      const sendNext = () => {
        const next = source.next();
        if (next === undefined) return resolve(answers);
        const sentAt = performance.now();
        this.#exchange(next.message, (status, body) => {
          answers.push({ at: next.at, sentAt, tookMs: performance.now() - sentAt, status, body });
          if (body.includes('"__typename":"Reservation"')) source.granted();
          sendNext();
        });
      };
      sendNext();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #connect(): Socket {
    const socket = connect(Number(this.#url.port), this.#url.hostname).setNoDelay();
    socket.setEncoding('latin1').on('data', (text: string) => this.#read(text));
    socket.setTimeout(LOST_AFTER_MS, () => socket.destroy(new Error(`nothing came for ${LOST_AFTER_MS} ms`)));
    socket.on('error', ({ message }) => this.#lose(message)).on('end', () => this.#lose('the connection was closed'));
    return socket;
  }

  #exchange(message: Buffer, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(message);
  }

  #read(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.#socket.destroy(new Error(`an answer without its length: ${head}`));
      return;
    }
    const body = this.#received.slice(headEnd + 4);
    if (body.length < Number(length)) return;
    this.#answer(Number(head.split(' ', 2)[1]), body);
  }

  /** What comes next goes over a new connection. */
  #lose(fault: string): void {
    this.#socket.destroy();
    if (this.#onAnswer === undefined) return;
    this.#socket = this.#connect();
    this.#answer(undefined, fault);
  }

  #answer(status: number | undefined, body: string): void {
    const onAnswer = this.#onAnswer;
    this.#received = '';
    this.#onAnswer = undefined;
    onAnswer?.(status, body);
  }
}
