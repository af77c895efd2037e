import { WorkBudget, type WorkLimits } from '../../work-budget.ts';

/**
 * Live messages that are executed for one network address, in characters: at ten a microsecond about a tenth of a core, and 50 ms
 * at once. What an app asks for takes a few percent of it; whoever asks for more is told later, and everything at once.
 */
const liveWork: WorkLimits = { perSecond: 1_000_000, atOnce: 500_000 };

/** In bytes: whole maps with their layout take some megabytes, and a page asks for one. */
const maxBuffered = { address: 32_000_000, node: 256_000_000 };

/** So long an account is kept when its last socket has gone: coming back is no way to a new budget. */
const rememberedMs = 60_000;

export interface AccountedSocket {
  /** Answers that wait in this process for the client to read them. */
  readonly bufferedBytes: number;
  cutOff(): void;
}

/** What the websockets of one network address share, so that a stranger gets no more by opening many. */
export class AddressAccount implements Disposable {
  readonly address: string;
  readonly work: WorkBudget;
  readonly sockets = new Set<AccountedSocket>();
  bufferedBytes = 0;
  /** Sockets that were told to come back later and have not gone yet. */
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

/** Of all network addresses with websockets on this node. */
export class AddressAccounts implements Disposable {
  readonly #accounts = new Map<string, AddressAccount>();
  readonly #monotonicNow: () => number;
  #bufferedBytes = 0;

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /** Sockets of the address that were told to come back later and have not gone yet. */
  refused(address: string): number {
    return this.#accounts.get(address)?.refused ?? 0;
  }

  of(address: string): AddressAccount {
    const account = this.#accounts.get(address) ?? new AddressAccount(address, this.#monotonicNow);
    this.#accounts.set(address, account);
    clearTimeout(account.forgetTimer);
    return account;
  }

  /** To be called when a socket of the account has gone. */
  release(account: AddressAccount): void {
    if (account.sockets.size > 0 || account.refused > 0) return;
    account.forgetTimer = setTimeout(() => {
      account[Symbol.dispose]();
      this.#accounts.delete(account.address);
    }, rememberedMs).unref();
  }

  /** Counts what waits to be read, and cuts off the sockets for which most waits when it is more than may. */
  buffer(account: AddressAccount, bytes: number): void {
    account.bufferedBytes += bytes;
    this.#bufferedBytes += bytes;
    if (bytes < 0) return;
    if (account.bufferedBytes > maxBuffered.address) cutOffLargest([...account.sockets], maxBuffered.address);
    if (this.#bufferedBytes > maxBuffered.node) {
      const sockets = [...this.#accounts.values()].flatMap((of) => [...of.sockets]);
      cutOffLargest(sockets, maxBuffered.node);
    }
  }

  [Symbol.dispose](): void {
    for (const account of this.#accounts.values()) account[Symbol.dispose]();
    this.#accounts.clear();
  }
}

function cutOffLargest(sockets: readonly AccountedSocket[], limit: number): void {
  let buffered = sockets.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
  for (const socket of [...sockets].sort((one, other) => other.bufferedBytes - one.bufferedBytes)) {
    if (buffered <= limit) return;
    buffered -= socket.bufferedBytes;
    socket.cutOff();
  }
}
