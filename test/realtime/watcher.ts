import { once } from 'node:events';
import { print } from 'graphql';
import { WebSocket } from 'ws';
import { SeatMapDocument, type SeatMapSubscription } from '../../src/client/generated/documents.ts';
import { statusCodes } from '../../src/domain/seat.ts';
import { unpackChanges, unpackStatuses } from '../../src/live/packing.ts';
import { waitFor } from '../support/wait-for.ts';

export type Update = SeatMapSubscription['seatMap'];

interface WatcherOptions {
  readonly graphqlUrl: string;
  readonly eventId: string;
  readonly seatCount: number;
  readonly onUpdate?: (update: Update) => void;
}

/** Also selects `seats`, to make messages large. */
const query = print(SeatMapDocument).replace('changes', 'changes seats { seatId index status }');

/** A light client of one event's map, of which thousands fit in a test. Checks the protocol. */
export class Watcher implements Disposable {
  readonly socket: WebSocket;
  /** Status codes by index; empty before the first snapshot. */
  statuses: Uint8Array = new Uint8Array();
  snapshots = 0;
  deltas = 0;
  receivedBytes = 0;
  largestMessage = 0;
  /** Violations of the protocol. */
  readonly faults: string[] = [];
  readonly #options: WatcherOptions;
  /** Revision of the newest message. */
  #revision: number | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.socket = new WebSocket(options.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
    this.socket.on('error', ({ message }) => this.faults.push(message));
    this.socket.on('close', (code, reason) => this.faults.push(`closed: ${code} ${reason}`));
    this.socket.on('open', () => this.#send({ type: 'connection_init' }));
    this.socket.on('message', (data) => this.#receive(String(data)));
  }

  async close(): Promise<void> {
    this.socket.removeAllListeners('close');
    const closed = once(this.socket, 'close');
    this.socket.terminate();
    await closed;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }

  #send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  #receive(text: string): void {
    this.receivedBytes += text.length;
    const message = JSON.parse(text);
    const update: Update | undefined = message.payload?.data?.seatMap;
    if (message.type === 'connection_ack') this.#subscribe();
    else if (message.type === 'next' && update !== undefined) this.#receiveUpdate(update, text.length);
    else this.faults.push(text);
  }

  #subscribe(): void {
    this.#send({ type: 'subscribe', id: '1', payload: { query, variables: { eventId: this.#options.eventId } } });
  }

  #receiveUpdate(update: Update, length: number): void {
    this.largestMessage = Math.max(this.largestMessage, length);
    this.#apply(update);
    this.#options.onUpdate?.(update);
  }

  #apply(update: Update): void {
    if (update.__typename === 'SeatMapSnapshot') {
      this.snapshots += 1;
      this.statuses = unpackStatuses(update.statuses, this.#options.seatCount);
    } else {
      if (this.snapshots === 0) this.faults.push('a delta before the first snapshot');
      const { fromRevision } = update;
      if (fromRevision !== this.#revision) this.faults.push(`a delta from ${fromRevision} after ${this.#revision}`);
      this.deltas += 1;
      for (const { index, status } of unpackChanges(update.changes)) this.statuses[index] = statusCodes[status];
    }
    this.#revision = update.revision;
  }
}

/** Connects this number of clients. Resolves when each has its first snapshot; rejects at the first fault. */
export async function watchAll(count: number, options: WatcherOptions, withinMs = 30_000): Promise<readonly Watcher[]> {
  const watchers = Array.from({ length: count }, () => new Watcher(options));
  const settled = () => watchers.every(({ snapshots, faults }) => snapshots > 0 || faults.length > 0);
  await waitFor(settled, { withinMs, what: 'first snapshots' });
  const faults = watchers.flatMap((watcher) => watcher.faults);
  if (faults.length > 0) throw new Error(`${faults.length} faults, the first of them: ${faults[0]}`);
  return watchers;
}
