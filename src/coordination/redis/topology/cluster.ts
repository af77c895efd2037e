import { setTimeout as sleep } from 'node:timers/promises';
import { Command, type Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisAddress } from '../../../config/redis-url.ts';
import { askAnyNode, SLOT_COUNT, type SlotRange, slotRanges } from './cluster-slots.ts';
import type { RedisHealth } from './health.ts';
import type { Master } from './master.ts';
import type { Topology } from './topology.ts';

/** Interval of refreshes: while everything is up, and while something is down. */
const REFRESH_MS = 2_000;
const REFRESH_WHILE_DOWN_MS = 200;
/** Shortest pause between two refreshes, however many requests were redirected. */
const MIN_REFRESH_MS = 50;

export interface ClusterSettings {
  /** Some nodes of the cluster. */
  readonly seeds: readonly RedisAddress[];
  readonly openMaster: (address: RedisAddress) => Master;
  /** A connection to one node for one question. */
  readonly connect: (address: RedisAddress) => Redis;
  /** Called after each refresh: slots may have moved. */
  readonly onRefreshed: () => void;
  readonly health: RedisHealth;
  readonly logger: Logger;
}

interface Member {
  readonly address: RedisAddress;
  readonly master: Master;
}

/**
 * The masters of a cluster, each with a health of its own: when one is down, only events with keys on it go without Redis. A redirected
 * request is not sent again, because nothing here is worth a second round trip: it fails, and the slots are refreshed for the next one.
 */
export class ClusterTopology implements Topology {
  readonly #settings: ClusterSettings;
  readonly #members = new Map<string, Member>();
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  #slots: readonly (Master | undefined)[] = [];
  /** Masters and replicas, as of the last refresh. */
  #nodes: readonly RedisAddress[] = [];
  /** Aborted to refresh at once. */
  #refreshNow = new AbortController();
  /** The master that redirected a request: it knows first what has moved. */
  #askFirst: Master | undefined;

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
    settings.health.add(this);
    this.#ended = this.#keepRefreshing();
  }

  /** Whether every slot has a master. */
  get isUp(): boolean {
    return this.#slots.length === SLOT_COUNT && !this.#slots.includes(undefined);
  }

  groupOf(key: string): number {
    return slotOf(key);
  }

  of(key: string): Master | undefined {
    return this.#slots[slotOf(key)];
  }

  /** To be called when a master has redirected a request. */
  refreshSoon(master: Master): void {
    this.#askFirst = master;
    this.#refreshNow.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#refreshNow.abort();
    await this.#ended;
    await Promise.all([...this.#members.values()].map(({ master }) => master[Symbol.asyncDispose]()));
  }

  async #keepRefreshing(): Promise<void> {
    const { health } = this.#settings;
    while (!this.#closing.signal.aborted) {
      this.#refreshNow = new AbortController();
      await this.#refresh().catch((error: unknown) => this.#note(error));
      await pause(MIN_REFRESH_MS, this.#closing.signal);
      await pause(health.isReachable ? REFRESH_MS : REFRESH_WHILE_DOWN_MS, this.#refreshNow.signal);
    }
  }

  async #refresh(): Promise<void> {
    const { health, onRefreshed } = this.#settings;
    const ranges = await this.#askOne().catch(() => this.#askAny());
    if (this.#closing.signal.aborted) return;
    this.#take(ranges);
    onRefreshed();
    if (this.isUp) health.review();
    else health.lost(new Error('some slots of the cluster have no master'));
  }

  /** Asks one of the masters that are up. */
  async #askOne(): Promise<readonly SlotRange[]> {
    const up = [...this.#members.values()].filter(({ master }) => master.isUp);
    const member = up.find(({ master }) => master === this.#askFirst) ?? up[Math.floor(Math.random() * up.length)];
    this.#askFirst = undefined;
    if (member === undefined) throw new Error('no master can be asked');
    return slotRanges(member.master.clusterSlots(), member.address.host);
  }

  #askAny(): Promise<readonly SlotRange[]> {
    const { seeds, connect } = this.#settings;
    const known = new Map([...seeds, ...this.#nodes].map((address) => [nameOf(address), address]));
    return askAnyNode([...known.values()], connect);
  }

  #take(ranges: readonly SlotRange[]): void {
    const slots = new Array<Master | undefined>(SLOT_COUNT).fill(undefined);
    const found = new Set<string>();
    for (const { first, last, master } of ranges) {
      found.add(nameOf(master));
      slots.fill(this.#masterAt(master), first, last + 1);
    }
    this.#slots = slots;
    this.#nodes = ranges.flatMap(({ master, replicas }) => [master, ...replicas]);
    for (const [name, { master }] of this.#members) if (!found.has(name)) this.#dismiss(name, master);
  }

  #masterAt(address: RedisAddress): Master {
    const name = nameOf(address);
    const member = this.#members.get(name) ?? { address, master: this.#settings.openMaster(address) };
    this.#members.set(name, member);
    return member.master;
  }

  #dismiss(name: string, master: Master): void {
    this.#members.delete(name);
    void master[Symbol.asyncDispose]();
  }

  #note(error: unknown): void {
    const [cause] = error instanceof AggregateError ? error.errors : [error];
    this.#settings.logger.debug({ reason: cause?.message }, 'nobody tells which Redis has which slots');
    if (this.#members.size === 0) this.#settings.health.lost(cause);
  }
}

function slotOf(key: string): number {
  return new Command('exists', [key]).getSlot();
}

function nameOf({ host, port }: RedisAddress): string {
  return `${host}:${port}`;
}

/** Ends early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
