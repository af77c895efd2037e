import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import type { Bus, BusListener, Coordination } from '../../src/coordination/coordination.ts';
import { createInProcessCoordination } from '../../src/coordination/in-process/coordination.ts';
import type { CommittedChange, LoggedChange } from '../../src/domain/change.ts';
import { Expiry } from '../../src/expiry/expiry.ts';
import { StoreClock } from '../../src/expiry/store-clock.ts';
import { Listeners } from '../../src/listeners.ts';
import { ChangeNews } from '../../src/live/change-news.ts';
import { EventFeed } from '../../src/live/event-feed.ts';
import { HeadWatch } from '../../src/live/head-watch.ts';
import { LiveSeatMaps } from '../../src/live/live-seat-maps.ts';
import { recordTelemetry } from '../telemetry/recorder.ts';
import type { ArrayStore } from './array-store.ts';

export const frameMs = 50;
export const lingerMs = 5_000;

interface Message {
  readonly channel: string;
  readonly text: string;
}

/** Delays of the copies of a message at one node; empty if it is lost. */
export type Faults = () => readonly number[];

/** Shared by several nodes: an in-process gate and keys, and a bus that loses, duplicates, delays and reorders messages. */
export class Network implements AsyncDisposable {
  readonly shared: Coordination;
  faults: Faults = () => [1];
  reachable = true;
  readonly #reachableChanged = new Listeners<boolean>();
  readonly #nodes = new Set<Listeners<Message>>();
  readonly #listeners = new Set<BusListener>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor() {
    this.shared = createInProcessCoordination({ now: () => performance.now() });
  }

  coordination(): Pick<Coordination, 'bus' | 'reachable' | 'onReachableChange'> {
    const network = this;
    return {
      bus: this.#bus(),
      get reachable() {
        return network.reachable;
      },
      onReachableChange: (listener) => this.#reachableChanged.add(listener),
    };
  }

  /** Subscriptions continue when nodes can reach each other again, like over Redis. */
  setReachable(reachable: boolean): void {
    this.reachable = reachable;
    if (reachable) for (const listener of this.#listeners) listener.onGap();
    this.#reachableChanged.tell(reachable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.shared[Symbol.asyncDispose]();
  }

  #bus(): Bus {
    const arrived = new Listeners<Message>();
    this.#nodes.add(arrived);
    return {
      publish: (channel, text) => {
        for (const node of this.#nodes)
          for (const afterMs of this.faults()) this.#deliver(node, { channel, text }, afterMs);
      },
      subscribe: async (channel, listener) => {
        this.#listeners.add(listener);
        const stop = arrived.add((message) => {
          if (message.channel === channel) listener.onMessage(message.text);
        });
        return {
          [Symbol.asyncDispose]: async () => {
            this.#listeners.delete(listener);
            stop();
          },
        };
      },
    };
  }

  #deliver(node: Listeners<Message>, message: Message, afterMs: number): void {
    if (!this.reachable) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.reachable) node.tell(message);
    }, afterMs);
    this.#timers.add(timer);
  }
}

export interface TestNode extends AsyncDisposable {
  readonly seatMaps: LiveSeatMaps;
  readonly expiry: Expiry;
  readonly clock: StoreClock;
  /** Follows the event beside the map. Resolves to a list that gets its revisions. */
  follow(eventId: string): Promise<readonly number[]>;
  /** Announces a commit of this node; null for none. */
  committed(change: LoggedChange | null): void;
  readonly said: ReturnType<typeof recordTelemetry>['said'];
}

interface NodeSettings {
  readonly random?: () => number;
  readonly maxMaps?: number;
}

/** Maps and expiry of a node, for fake timers: store and network are mocks. */
export function openNode(
  store: ArrayStore,
  network: Network,
  { random = () => 0.5, maxMaps = 100 }: NodeSettings = {},
): TestNode {
  const monotonicNow = () => performance.now();
  const clock = new StoreClock(monotonicNow);
  clock.observe(monotonicNow(), monotonicNow(), store.nowMs);
  const coordination = network.coordination();
  const { telemetry, said } = recordTelemetry();
  const logger = pino({ level: 'silent' });
  const changes = new Listeners<CommittedChange>();
  const news = new ChangeNews({ committed: changes, bus: coordination.bus, logger });
  const isReachable = () => coordination.reachable;
  const heads = new HeadWatch({
    readRevisions: (ids) => store.readRevisions(ids),
    isReachable,
    monotonicNow,
    random,
    logger,
  });
  const stopWatching = coordination.onReachableChange(() => heads.reschedule());
  const committed = (change: LoggedChange | null) => {
    if (change !== null) changes.tell({ eventId: store.eventId, ...change });
  };
  const feedSettings = {
    load: (eventId: string) => store.load(eventId),
    readChanges: (eventId: string, part: { after: number; limit: number }) => store.readChanges(eventId, part),
    news,
    heads,
    logger,
    telemetry,
  };
  const feeds: AsyncDisposable[] = [];
  const follow = async (eventId: string) => {
    const opened = await EventFeed.open(eventId, { ...feedSettings, telemetry: new EventEmitter() });
    if (opened === null) throw new Error('the event is there');
    const { feed, state } = opened;
    feeds.push(feed);
    const told = [state.revision];
    feed.follow({ onChange: ({ revision }) => told.push(revision), onReset: ({ revision }) => told.push(-revision) });
    return told;
  };
  const seatMaps = new LiveSeatMaps({
    ...feedSettings,
    coordination,
    readReservationIds: store.readReservationIds,
    clock,
    monotonicNow,
    random,
    frameMs,
    loopLagMs: () => 0,
    lingerMs,
    maxMaps,
  });
  const expiry = new Expiry({
    notifications: network.shared.expiry,
    seatMaps,
    clock,
    expire: async (_eventId, reservationIds) => {
      const { ended, change } = store.expire(reservationIds);
      committed(change);
      return ended;
    },
    random,
    logger,
    telemetry,
  });
  const dispose = async () => {
    stopWatching();
    await expiry[Symbol.asyncDispose]();
    await seatMaps[Symbol.asyncDispose]();
    for (const feed of feeds) await feed[Symbol.asyncDispose]();
    await heads[Symbol.asyncDispose]();
    news[Symbol.dispose]();
  };
  return { seatMaps, expiry, clock, follow, committed, said, [Symbol.asyncDispose]: dispose };
}
