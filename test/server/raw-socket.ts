import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';

/** Whatever serves. */
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

/** A websocket that keeps what it is told, so that no message is missed. */
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

  /** Resolves when the server knows who it is. */
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

  /** What came for one operation, once it is over. */
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
