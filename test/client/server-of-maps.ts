import type { ExecutionResult, Sink } from 'graphql-ws/client';
import type { SeatMapSubscription } from '../../src/client/index.ts';
import type { ConnectionWatcher, LiveSocket } from '../../src/client/live-socket.ts';
import { statusOfCode } from '../../src/domain/seat.ts';
import { packStatuses } from '../../src/seat-map/packing.ts';

type Update = SeatMapSubscription['seatMap'];

interface Subscriber {
  readonly sink: Sink<ExecutionResult<unknown>>;
  sequence: number;
}

/**
 * The server's side of a seat map and the connection to it, moved step by step: what is sent waits until it is delivered, or lost. It
 * keeps what `docs/realtime.md` promises, and nothing more.
 */
export class ServerOfMaps implements Pick<LiveSocket, 'subscribe' | 'watch' | 'isConnected' | 'isDisposed'> {
  readonly codes: Uint8Array;
  isConnected = true;
  readonly isDisposed = false;
  readonly #watchers = new Set<ConnectionWatcher>();
  readonly #wanted = new Set<Sink<ExecutionResult<unknown>>>();
  #subscribers: Subscriber[] = [];
  #onTheWay: { readonly sink: Sink<ExecutionResult<unknown>>; readonly update: Update }[] = [];

  constructor(seatCount: number) {
    this.codes = new Uint8Array(seatCount);
  }

  watch(watcher: ConnectionWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  subscribe(_request: unknown, sink: Sink<ExecutionResult<unknown>>): () => void {
    this.#wanted.add(sink);
    if (this.isConnected) this.#admit(sink);
    return () => {
      if (!this.#wanted.delete(sink)) return;
      this.#subscribers = this.#subscribers.filter((subscriber) => subscriber.sink !== sink);
      // As the stock client does.
      sink.complete();
    };
  }

  get isUsed(): boolean {
    return this.#watchers.size + this.#wanted.size > 0;
  }

  change(index: number, code: number): void {
    if (this.codes[index] === code) return;
    this.codes[index] = code;
    const seats = [{ seatId: `seat_${index}`, index, status: statusOfCode(code) }];
    this.#tellAll(() => ({ __typename: 'SeatMapDelta', seats }));
  }

  /** As for a slow reader. */
  sendSnapshots(): void {
    this.#tellAll(() => ({ __typename: 'SeatMapSnapshot', statuses: packStatuses(this.codes) }));
  }

  deliver(messages: number): void {
    for (const { sink, update } of this.#onTheWay.splice(0, messages)) sink.next({ data: { seatMap: update } });
  }

  /** The first of what is on its way never comes. */
  loseOne(): void {
    this.#onTheWay.shift();
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
    for (const sink of this.#wanted) this.#admit(sink);
  }

  /** A pause that the connection lives through. */
  doubt(): void {
    for (const watcher of this.#watchers) watcher.doubted();
    if (this.isConnected) for (const watcher of this.#watchers) watcher.trusted();
  }

  /** The server ends every subscription, as one with an error that passes. */
  refuse(): void {
    for (const { sink } of this.#subscribers.splice(0)) {
      this.#wanted.delete(sink);
      this.#onTheWay = this.#onTheWay.filter((message) => message.sink !== sink);
      sink.error([{ message: 'busy', extensions: { code: 'SERVICE_BUSY', retryAfterMs: 100 } }]);
    }
  }

  #admit(sink: Sink<ExecutionResult<unknown>>): void {
    const subscriber = { sink, sequence: 7 };
    this.#subscribers.push(subscriber);
    this.#send(subscriber, { __typename: 'SeatMapSnapshot', statuses: packStatuses(this.codes) });
  }

  #tellAll(news: () => NewsOf<Update>): void {
    for (const subscriber of this.#subscribers) this.#send(subscriber, news());
  }

  #send(subscriber: Subscriber, news: NewsOf<Update>): void {
    const counts = [0, 0, 0, 0];
    for (const code of this.codes) counts[code] = (counts[code] ?? 0) + 1;
    const [available = 0, reserved = 0, booked = 0, blocked = 0] = counts;
    const availability = { total: this.codes.length, available, reserved, booked, blocked };
    const update = { ...news, sequence: subscriber.sequence, availability } as Update;
    subscriber.sequence += 1;
    this.#onTheWay.push({ sink: subscriber.sink, update });
  }
}

type NewsOf<Each> = Each extends unknown ? Omit<Each, 'sequence' | 'availability'> : never;
