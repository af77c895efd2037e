import { pino } from 'pino';
import { vi } from 'vitest';
import type { Bus, BusListener, Coordination, EventChange } from '../../src/coordination/coordination.ts';
import { createInProcessCoordination } from '../../src/coordination/in-process/coordination.ts';
import { Listeners } from '../../src/coordination/listeners.ts';
import { ReceivedCounters } from '../../src/coordination/redis/messages.ts';
import type { Comparison } from '../../src/seat-map/comparisons.ts';
import { Expiry } from '../../src/seat-map/expiry.ts';
import { LiveSeatMaps } from '../../src/seat-map/live-seat-maps.ts';
import { StoreClock } from '../../src/seat-map/store-clock.ts';
import type { ArrayStore } from './array-store.ts';

export const frameMs = 50;
export const lingerMs = 5_000;

interface Message {
  readonly node: string;
  readonly counter: number;
  readonly eventId: string;
  readonly change: EventChange;
}

/** When copies of a message arrive: none if it is lost. */
export type Faults = () => readonly number[];

/** What several nodes share: the in-process gate and keys, and a bus that loses, doubles, delays and reorders. */
export class Network implements AsyncDisposable {
  readonly shared: Coordination;
  faults: Faults = () => [1];
  reachable = true;
  readonly reachableChanged = new Listeners<boolean>();
  readonly #arrived = new Listeners<Message>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor() {
    this.shared = createInProcessCoordination({ now: () => performance.now() });
  }

  coordination(node: string): Pick<Coordination, 'bus' | 'reachable' | 'onReachableChange'> {
    const network = this;
    return {
      bus: this.#bus(node),
      get reachable() {
        return network.reachable;
      },
      onReachableChange: (listener) => this.reachableChanged.add(listener),
    };
  }

  setReachable(reachable: boolean): void {
    this.reachable = reachable;
    this.reachableChanged.tell(reachable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.shared[Symbol.asyncDispose]();
  }

  /** As over Redis: a node hears itself for certain, and takes a jump of another's counter for a gap. */
  #bus(node: string): Bus {
    const own = new Listeners<Message>();
    let counter = 0;
    return {
      publish: async (eventId, change) => {
        counter += 1;
        const message = { node, counter, eventId, change };
        setImmediate(() => own.tell(message));
        for (const afterMs of this.faults()) this.#deliver(message, afterMs);
      },
      subscribe: async (eventId, listener) => {
        const received = new ReceivedCounters();
        const hear = (message: Message) => this.#hear(eventId, listener, message, received);
        const stops = [own, this.#arrived].map((messages) =>
          messages.add((message) => {
            if (messages === own || message.node !== node) hear(message);
          }),
        );
        return {
          [Symbol.asyncDispose]: async () => {
            for (const stop of stops) stop();
          },
        };
      },
    };
  }

  #hear(eventId: string, listener: BusListener, message: Message, received: ReceivedCounters): void {
    if (message.eventId !== eventId) return;
    const { node, counter, change } = message;
    const content = { seats: [...change.seats], reservationIds: [...change.reservationIds] };
    if (!received.follows(eventId, { node, counter, change: content })) listener.onGap();
    listener.onChange(change);
  }

  #deliver(message: Message, afterMs: number): void {
    if (!this.reachable) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.reachable) this.#arrived.tell(message);
    }, afterMs);
    this.#timers.add(timer);
  }
}

export interface TestNode extends AsyncDisposable {
  readonly seatMaps: LiveSeatMaps;
  readonly expiry: Expiry;
  readonly clock: StoreClock;
  readonly bus: Bus;
  readonly onCompared: ReturnType<typeof vi.fn<(eventId: string, result: Comparison) => void>>;
  readonly counts: Record<'onPoked' | 'onAnnounced' | 'onFallback', ReturnType<typeof vi.fn>>;
  readonly onRepaired: ReturnType<typeof vi.fn<(eventId: string, differences: number) => void>>;
}

/** A node's maps and expiry, with fake timers: everything it takes from outside comes from the store and the network. */
export function openNode(name: string, store: ArrayStore, network: Network, random = () => 0.5): TestNode {
  const monotonicNow = () => performance.now();
  const clock = new StoreClock(monotonicNow);
  clock.observe(monotonicNow(), monotonicNow(), store.nowMs);
  const coordination = network.coordination(name);
  const onRepaired = vi.fn<(eventId: string, differences: number) => void>();
  const onCompared = vi.fn<(eventId: string, result: Comparison) => void>();
  const counts = { onPoked: vi.fn(), onAnnounced: vi.fn(), onFallback: vi.fn() };
  const logger = pino({ level: 'silent' });
  const seatMaps = new LiveSeatMaps({
    coordination,
    load: (eventId) => store.load(eventId),
    clock,
    monotonicNow,
    random,
    frameMs,
    loopLagMs: () => 0,
    logger,
    onFrame: () => {},
    onCompared,
    onRepaired,
    readDigest: async () => store.digest,
    readVersions: async () => store.versions,
    readReservationIds: store.readReservationIds,
    lingerMs,
    availabilityEveryMs: 1_000,
  });
  const expiry = new Expiry({
    notifications: network.shared.expiry,
    seatMaps,
    clock,
    expire: (eventId, reservationIds) => store.expire(eventId, reservationIds),
    publish: (eventId, change) => coordination.bus.publish(eventId, change),
    random,
    logger,
    ...counts,
    onEnded: () => {},
  });
  const dispose = async () => {
    await expiry[Symbol.asyncDispose]();
    await seatMaps[Symbol.asyncDispose]();
  };
  return {
    seatMaps,
    expiry,
    clock,
    bus: coordination.bus,
    onCompared,
    onRepaired,
    counts,
    [Symbol.asyncDispose]: dispose,
  };
}
