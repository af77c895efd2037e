import type { ExecutionResult, Sink } from 'graphql-ws/client';
import type { SeatMapSubscription, SeatMapSubscriptionVariables } from '../../src/client/index.ts';
import type { ConnectionWatcher, LiveSocket } from '../../src/client/live-socket.ts';
import type { OperationRequest } from '../../src/client/operation.ts';
import { statusOfCode } from '../../src/domain/seat.ts';
import { packChanges, packStatuses } from '../../src/live/packing.ts';

type Update = SeatMapSubscription['seatMap'];

/** Clients that have missed more changes get a snapshot. */
const MAX_RESUMED_CHANGES = 6;

interface Subscriber {
  readonly sink: Sink<ExecutionResult<unknown>>;
  readonly request: () => OperationRequest;
}

/**
 * Mock of the server's side of a seat map and its connection. Messages wait until they are delivered or lost. Keeps exactly the
 * promises of `docs/realtime.md`.
 */
export class ServerOfMaps implements Pick<LiveSocket, 'subscribe' | 'watch' | 'isConnected' | 'isDisposed'> {
  readonly codes: Uint8Array;
  isConnected = true;
  readonly isDisposed = false;
  /** `since` of each subscription, including resubscriptions. */
  readonly resumedFrom: (number | null)[] = [];
  readonly #watchers = new Set<ConnectionWatcher>();
  readonly #wanted = new Set<Subscriber>();
  /** Changed seats, each with its revision. */
  readonly #history: { readonly index: number; readonly revision: number }[] = [];
  #revision = 0;
  #subscribers: Subscriber[] = [];
  #onTheWay: { readonly subscriber: Subscriber; readonly update: Update }[] = [];

  constructor(seatCount: number) {
    this.codes = new Uint8Array(seatCount);
  }

  watch(watcher: ConnectionWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  subscribe(request: () => OperationRequest, sink: Sink<ExecutionResult<unknown>>): () => void {
    const subscriber = { request, sink };
    this.#wanted.add(subscriber);
    if (this.isConnected) this.#admit(subscriber);
    return () => {
      if (!this.#wanted.delete(subscriber)) return;
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
      // Like the stock client.
      sink.complete();
    };
  }

  get isUsed(): boolean {
    return this.#watchers.size + this.#wanted.size > 0;
  }

  change(index: number, code: number): void {
    this.#revision += 1;
    this.#become(index, code, this.#revision - 1);
  }

  /** A change of the event that changes no seat. */
  changeElsewhere(): void {
    this.#revision += 1;
    this.#tellAll(this.#revision - 1, []);
  }

  /** A lapse frees a seat without a change of the event. */
  lapse(index: number): void {
    if (this.codes[index] === 1) this.#become(index, 0, this.#revision);
  }

  /** Sends snapshots, as to a slow reader. */
  sendSnapshots(): void {
    for (const subscriber of this.#subscribers) this.#sendSnapshot(subscriber);
  }

  deliver(messages: number): void {
    for (const { subscriber, update } of this.#onTheWay.splice(0, messages)) {
      subscriber.sink.next({ data: { seatMap: update } });
    }
  }

  /** Loses the first message in transit, if a later one will reveal it. */
  loseOne(): void {
    const [first] = this.#onTheWay;
    const lapsed = first?.update.__typename === 'SeatMapDelta' && first.update.fromRevision === first.update.revision;
    if (!lapsed) this.#onTheWay.shift();
  }

  disconnect(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.#onTheWay = [];
    this.#subscribers = [];
    for (const watcher of this.#watchers) watcher.lost();
  }

  connect(): void {
    if (this.isConnected) return;
    this.isConnected = true;
    for (const subscriber of this.#wanted) this.#admit(subscriber);
  }

  /** A pause without loss of the connection. */
  doubt(): void {
    for (const watcher of this.#watchers) watcher.doubted();
    if (this.isConnected) for (const watcher of this.#watchers) watcher.trusted();
  }

  /** Ends every subscription with a temporary error. */
  refuse(): void {
    for (const subscriber of this.#subscribers.splice(0)) {
      this.#wanted.delete(subscriber);
      this.#onTheWay = this.#onTheWay.filter((message) => message.subscriber !== subscriber);
      subscriber.sink.error([{ message: 'busy', extensions: { code: 'SERVICE_BUSY', retryAfterMs: 100 } }]);
    }
  }

  #become(index: number, code: number, fromRevision: number): void {
    this.codes[index] = code;
    this.#history.push({ index, revision: this.#revision });
    this.#tellAll(fromRevision, [index]);
  }

  #admit(subscriber: Subscriber): void {
    this.#subscribers.push(subscriber);
    const { since = null } = subscriber.request().variables as SeatMapSubscriptionVariables;
    this.resumedFrom.push(since);
    const missed = this.#history
      .filter(({ revision }) => since !== null && revision >= since)
      .map(({ index }) => index);
    if (since === null || missed.length > MAX_RESUMED_CHANGES) this.#sendSnapshot(subscriber);
    else this.#sendDelta(subscriber, since, missed);
  }

  #tellAll(fromRevision: number, indexes: readonly number[]): void {
    for (const subscriber of this.#subscribers) this.#sendDelta(subscriber, fromRevision, indexes);
  }

  #sendSnapshot(subscriber: Subscriber): void {
    const update = { statuses: packStatuses(this.codes), revision: this.#revision, availability: this.#availability() };
    this.#onTheWay.push({ subscriber, update: { __typename: 'SeatMapSnapshot', ...update } });
  }

  #sendDelta(subscriber: Subscriber, fromRevision: number, indexes: readonly number[]): void {
    const seats = [...new Set(indexes)]
      .sort((one, other) => one - other)
      .map((index) => ({ index, status: statusOfCode(this.codes[index]) }));
    const update = { changes: packChanges(seats), revision: this.#revision, availability: this.#availability() };
    this.#onTheWay.push({ subscriber, update: { __typename: 'SeatMapDelta', fromRevision, ...update } });
  }

  #availability(): Update['availability'] {
    const counts = [0, 0, 0, 0];
    for (const code of this.codes) counts[code] = (counts[code] ?? 0) + 1;
    const [available = 0, reserved = 0, booked = 0, blocked = 0] = counts;
    return { total: this.codes.length, available, reserved, booked, blocked };
  }
}
