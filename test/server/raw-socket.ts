import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';

/** Any server. */
interface Served {
  readonly server: { readonly url: string };
}

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

interface RawSocketOptions extends ClientOptions {
  readonly path?: string;
  readonly protocols?: string[];
}

/** A websocket that records all messages. */
export class RawSocket implements Disposable {
  readonly received: Message[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly socket: WebSocket;

  constructor({ server }: Served, options: RawSocketOptions = {}) {
    const { path = '/graphql', protocols = ['graphql-transport-ws'], ...rest } = options;
    this.socket = new WebSocket(server.url.replace('http', 'ws') + path, protocols, rest);
    this.socket.on('message', (data) => this.received.push(JSON.parse(String(data))));
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    this.socket.on('error', () => {});
  }

  /** Resolves after `connection_ack`. */
  static async connect(stage: Served, params?: Record<string, unknown>, options?: RawSocketOptions) {
    const raw = new RawSocket(stage, options);
    await once(raw.socket, 'open');
    raw.send({ type: 'connection_init', ...(params && { payload: params }) });
    await raw.message(({ type }) => type === 'connection_ack');
    return raw;
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: Record<string, unknown> = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  message(wanted: (message: Message) => boolean): Promise<Message> {
    return waitFor(() => this.received.find(wanted), { withinMs: 20_000, what: 'a message' });
  }

  /** Messages of one operation, once it has ended. */
  async outcome(id: string): Promise<readonly Message[]> {
    await this.message((message) => message.id === id && message.type !== 'next');
    return this.received.filter((message) => message.id === id);
  }

  close(): Promise<{ code: number; reason: string }> {
    return waitFor(() => this.closed, { withinMs: 20_000, what: 'the socket to be closed' });
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}
