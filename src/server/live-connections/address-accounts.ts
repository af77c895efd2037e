import { setTimeout as sleep } from 'node:timers/promises';
import type { WebsocketConfig } from '../../config.ts';
import { WorkBudget, type WorkLimits } from '../../work-budget.ts';
import { Heartbeat } from './heartbeat.ts';

/**
 * Characters of live messages that are executed for one network address: at ten a microsecond, about a tenth of a core, and 50 ms
 * at once. An app uses a few percent of it. Beyond it, messages are delayed and merged.
 */
const liveWork: WorkLimits = { perSecond: 1_000_000, atOnce: 500_000 };

/** In bytes. A whole map with its layout takes some megabytes, and a page needs one. */
const maxBuffered = { address: 32_000_000, node: 256_000_000 };

/** Smaller messages are not counted, because backpressure bounds them, and there are many. */
export const largeFrameBytes = 64_000;

/** How long an account is kept after its last connection, so that reconnecting does not renew the budget. */
const rememberedMs = 60_000;

/** Time within which all connections are told to leave, however many there are. */
const leaveWithinMs = 4_000;
const leaveEveryMs = 20;
/** Smallest group of connections told at once, so that a few are done soon. */
const leastAtOnce = 20;

/** A websocket, or a stream of server-sent events. */
export interface LiveConnection {
  /** Bytes of answers in this process that the client has not read. */
  readonly bufferedBytes: number;
  /** Closes the connection of a client that does not read. */
  cutOff(): void;
  /** Tells the client to reconnect, to another node. */
  leave(): void;
  /** Sends a ping or a comment, so that proxies keep the connection open. */
  keepAlive(): void;
}

/** Limits shared by the live connections of one network address, so that opening many gives no more. */
export class AddressAccount implements Disposable {
  readonly address: string;
  readonly work: WorkBudget;
  readonly connections = new Set<LiveConnection>();
  bufferedBytes = 0;
  /** Websockets that were refused and are not closed yet. */
  refused = 0;
  forgetTimer: NodeJS.Timeout | undefined;

  constructor(address: string, monotonicNow: () => number) {
    this.address = address;
    this.work = new WorkBudget(liveWork, monotonicNow);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.forgetTimer);
    this.work[Symbol.dispose]();
  }
}

/** The limit that one more connection would exceed. */
export type TooMany = 'of the node' | 'of the address';

type AccountLimits = Pick<WebsocketConfig, 'maxSockets' | 'maxSocketsPerAddress' | 'stallSeconds'>;

/** Accounts of all network addresses with live connections on this node. */
export class AddressAccounts implements Disposable {
  readonly #accounts = new Map<string, AddressAccount>();
  readonly #limits: AccountLimits;
  readonly #heartbeat: Heartbeat;
  readonly #monotonicNow: () => number;
  #connections = 0;
  #bufferedBytes = 0;
  #isDraining = false;

  constructor(limits: AccountLimits, monotonicNow: () => number) {
    this.#limits = limits;
    this.#heartbeat = new Heartbeat(limits.stallSeconds * 1000);
    this.#monotonicNow = monotonicNow;
  }

  /** Websockets of the address that were refused and are not closed yet. */
  refused(address: string): number {
    return this.#accounts.get(address)?.refused ?? 0;
  }

  of(address: string): AddressAccount {
    const account = this.#accounts.get(address) ?? new AddressAccount(address, this.#monotonicNow);
    this.#accounts.set(address, account);
    clearTimeout(account.forgetTimer);
    return account;
  }

  /** Undefined if the address may have one more connection. */
  tooMany(address: string): TooMany | undefined {
    const { maxSockets, maxSocketsPerAddress } = this.#limits;
    if (this.#isDraining || this.#connections >= maxSockets) return 'of the node';
    const ofAddress = this.#accounts.get(address)?.connections.size ?? 0;
    return maxSocketsPerAddress > 0 && ofAddress >= maxSocketsPerAddress ? 'of the address' : undefined;
  }

  add(account: AddressAccount, connection: LiveConnection): void {
    account.connections.add(connection);
    this.#heartbeat.add(connection);
    this.#connections += 1;
  }

  /** To be called when an added connection is closed. */
  delete(account: AddressAccount, connection: LiveConnection): void {
    if (account.connections.delete(connection)) this.#connections -= 1;
    this.#heartbeat.delete(connection);
    this.release(account);
  }

  /** Removes the account after a while if it has no connections. */
  release(account: AddressAccount): void {
    if (account.connections.size > 0 || account.refused > 0) return;
    clearTimeout(account.forgetTimer);
    account.forgetTimer = setTimeout(() => {
      account[Symbol.dispose]();
      this.#accounts.delete(account.address);
    }, rememberedMs).unref();
  }

  /** Sums up unread bytes, and closes the connections with the most if there are too many. */
  buffer(account: AddressAccount, bytes: number): void {
    account.bufferedBytes += bytes;
    this.#bufferedBytes += bytes;
    if (bytes < 0) return;
    if (account.bufferedBytes > maxBuffered.address) cutOffLargest([...account.connections], maxBuffered.address);
    if (this.#bufferedBytes > maxBuffered.node) cutOffLargest(this.#all(), maxBuffered.node);
  }

  /**
   * Accepts no more connections, and asks the existing ones to leave in small groups, because the other nodes could not take all of
   * them at once. Until they are asked, they are served as usual.
   */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const waiting = this.#all();
    const atOnce = Math.max(leastAtOnce, Math.ceil((waiting.length * leaveEveryMs) / leaveWithinMs));
    for (;;) {
      for (const connection of waiting.splice(0, atOnce)) connection.leave();
      if (waiting.length === 0) return;
      await sleep(leaveEveryMs);
    }
  }

  [Symbol.dispose](): void {
    this.#heartbeat[Symbol.dispose]();
    for (const account of this.#accounts.values()) account[Symbol.dispose]();
    this.#accounts.clear();
  }

  #all(): LiveConnection[] {
    return [...this.#accounts.values()].flatMap(({ connections }) => [...connections]);
  }
}

function cutOffLargest(connections: readonly LiveConnection[], limit: number): void {
  let buffered = connections.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
  for (const connection of [...connections].sort((one, other) => other.bufferedBytes - one.bufferedBytes)) {
    if (buffered <= limit) return;
    buffered -= connection.bufferedBytes;
    connection.cutOff();
  }
}
