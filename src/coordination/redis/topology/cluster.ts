import { setTimeout as sleep } from 'node:timers/promises';
import { Command, type Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisAddress } from '../../../config/redis-url.ts';
import { askAnyNode, SLOT_COUNT, type SlotRange, slotRanges } from './cluster-slots.ts';
import type { RedisHealth } from './health.ts';
import type { Master } from './master.ts';
import type { Topology } from './topology.ts';

/** How often it is asked which master has which slots: while all is well, and while something is missing. */
const REFRESH_MS = 2_000;
const REFRESH_WHILE_DOWN_MS = 200;
/** Between two refreshes at least, however many questions were redirected. */
const MIN_REFRESH_MS = 50;

export interface ClusterSettings {
  /** Some of the nodes. */
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
 * The masters of a cluster, each with a health of its own: when one is gone, only what has its keys there goes on without. A question
 * that came to the wrong one is not sent on, as nothing here is worth a second round trip: it fails, and the next will know better.
 */
export class ClusterTopology implements Topology {
  readonly #settings: ClusterSettings;
  readonly #members = new Map<string, Member>();
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  #slots: readonly (Master | undefined)[] = [];
  /** Topology and replicas, as of the last refresh. */
  #nodes: readonly RedisAddress[] = [];
  /** Ends the wait for the next refresh. */
  #refreshNow = new AbortController();
  /** Knows better than others what has moved, as it was its own. */
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

  /** To be called when a master turned out not to have what it was thought to have. */
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

  /** One of the masters, if there are any. */
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

/** Shorter if the signal comes. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
