import { print } from 'graphql';
import { WebSocket } from 'ws';
import { SeatMapDocument, type SeatMapSubscription } from '../../src/client/generated/documents.ts';
import { type Availability, type SeatStatus, statusCodes, statusOfCode } from '../../src/domain/seat.ts';
import { unpackChanges, unpackStatuses } from '../../src/live/packing.ts';
import { waitFor } from '../support/wait-for.ts';

type Update = SeatMapSubscription['seatMap'];

/** A received status, with the time by this machine's clock, which is also the store's. */
export interface Told {
  readonly index: number;
  readonly status: SeatStatus;
  readonly atMs: number;
}

export interface MapReaderOptions {
  readonly graphqlUrl: string;
  /** Global id. */
  readonly eventId: string;
  readonly seatCount: number;
}

const query = print(SeatMapDocument);

/** A subscriber of a live map over a websocket, light enough for a thousand in a test. Reconnects by itself. */
export class MapReader implements Disposable {
  readonly told: Told[] = [];
  /** Wrong messages. */
  readonly faults: string[] = [];
  readonly statuses: Uint8Array;
  readonly #options: MapReaderOptions;
  #socket: WebSocket;
  /** Revision of the last message on this socket. */
  #revision: number | undefined;
  #disposed = false;

  constructor(options: MapReaderOptions) {
    this.#options = options;
    this.statuses = new Uint8Array(options.seatCount);
    this.#socket = this.#connect();
  }

  get isCurrent(): boolean {
    return this.#revision !== undefined;
  }

  async ready(): Promise<this> {
    await waitFor(() => this.isCurrent, { withinMs: 20_000, what: 'a snapshot' });
    return this;
  }

  /** Closes the connection, and reconnects. */
  reconnect(): void {
    this.#socket.terminate();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#socket.terminate();
  }

  #connect(): WebSocket {
    this.#revision = undefined;
    const socket = new WebSocket(this.#options.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    // Retries like a stock client. `ready` notices a connection that never comes back.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#revision = undefined;
      if (!this.#disposed) setTimeout(() => this.#reopen(), 100);
    });
    return socket;
  }

  #reopen(): void {
    if (!this.#disposed) this.#socket = this.#connect();
  }

  #receive(message: { type: string; payload?: { data?: SeatMapSubscription | null } }): void {
    if (message.type === 'connection_ack') this.#subscribe();
    else if (message.type === 'next' && message.payload?.data) this.#apply(message.payload.data.seatMap);
    else if (message.type !== 'ping' && message.type !== 'complete') this.faults.push(JSON.stringify(message));
  }

  #subscribe(): void {
    const payload = { query, variables: { eventId: this.#options.eventId } };
    this.#socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
  }

  #apply(update: Update): void {
    const before = this.#revision;
    if (update.__typename === 'SeatMapDelta' && update.fromRevision !== before) {
      this.faults.push(`a delta from ${update.fromRevision} after ${before ?? 'nothing'}`);
    }
    this.#revision = update.revision;
    const atMs = Date.now();
    for (const [index, status] of this.#seatsOf(update)) this.#change(index, status, atMs);
    this.#check(update.availability);
  }

  #seatsOf(update: Update): [number, SeatStatus][] {
    if (update.__typename === 'SeatMapDelta') {
      return unpackChanges(update.changes).map(({ index, status }) => [index, status]);
    }
    const codes = unpackStatuses(update.statuses, this.#options.seatCount);
    return Array.from(codes, (code, index) => [index, statusOfCode(code)]);
  }

  #change(index: number, status: SeatStatus, atMs: number): void {
    if (this.statuses[index] === statusCodes[status]) return;
    this.statuses[index] = statusCodes[status];
    this.told.push({ index, status, atMs });
  }

  #check({ total, available, reserved, booked, blocked }: Availability): void {
    const counts = [0, 0, 0, 0];
    for (const code of this.statuses) counts[code] = (counts[code] ?? 0) + 1;
    const told = [available, reserved, booked, blocked];
    if (`${counts}` !== `${told}` || total !== this.statuses.length) this.faults.push(`counts ${told}, not ${counts}`);
  }
}
