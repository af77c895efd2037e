import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SharedSubscription, type SubscriberSink, Update } from '../../src/live/shared-subscription.ts';
import { WorkBudget } from '../../src/work-budget.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A source of numbers that counts its executions. */
class Numbers {
  executions = 0;
  #newest = this.#update(1);
  #listener: (update: Update) => void = () => {};

  readonly source = {
    current: () => this.#newest,
    subscribe: (listener: (update: Update) => void) => {
      this.#listener = listener;
      return () => {};
    },
  };

  change(): void {
    this.#newest = this.#update(this.#newest.version + 1);
    this.#listener(this.#newest);
  }

  #update(version: number): Update {
    return new Update({ version, revision: version }, () => {
      this.executions += 1;
      return { data: version };
    });
  }
}

class Client implements SubscriberSink {
  readonly told: string[] = [];
  readonly waiting = new Set<() => void>();
  isWritable = true;
  readonly address: string;
  readonly work: WorkBudget;

  constructor(address: string, perSecond = 1_000_000) {
    this.address = address;
    this.work = new WorkBudget({ perSecond, atOnce: 1_500 }, () => performance.now());
  }

  onWritable(callback: () => void): () => void {
    this.waiting.add(callback);
    return () => this.waiting.delete(callback);
  }

  next(payload: Buffer): void {
    this.told.push(String(payload));
  }

  makeRoom(): void {
    this.isWritable = true;
    for (const callback of [...this.waiting]) callback();
    this.waiting.clear();
  }
}

function shareOf({ source }: Numbers, isBudgeted = true): SharedSubscription {
  const monotonicNow = () => performance.now();
  return new SharedSubscription({ source, isBudgeted, everyMs: 0, monotonicNow });
}

const saying = (...numbers: number[]) => numbers.map((number) => `{"data":${number}}`);

describe('an operation is executed', () => {
  test('only if a subscriber is writable', () => {
    const numbers = new Numbers();
    const shared = shareOf(numbers);
    const silent = [new Client('a'), new Client('b')];
    for (const client of silent) {
      client.isWritable = false;
      shared.join(client);
    }
    for (let change = 1; change <= 100; change += 1) numbers.change();
    expect(numbers.executions).toBe(0);
    for (const client of silent) client.makeRoom();
    expect(numbers.executions).toBe(1);
    for (const { told } of silent) expect(told).toEqual(saying(101));
  });

  test('once for all, charged to the first address with budget left', () => {
    const numbers = new Numbers();
    const shared = shareOf(numbers);
    const [spent, rich] = [new Client('a', 1), new Client('b')];
    for (const client of [spent, rich]) shared.join(client);
    spent.work.charge(10_000);
    for (let change = 1; change <= 3; change += 1) {
      vi.advanceTimersByTime(50);
      numbers.change();
    }
    expect(numbers.executions).toBe(4);
    for (const { told } of [spent, rich]) expect(told).toEqual(saying(1, 2, 3, 4));
  });

  test('later for an address without budget, at the pace of its budget, with all changes', () => {
    const numbers = new Numbers();
    const shared = shareOf(numbers);
    const alone = new Client('a', 1_000);
    shared.join(alone);
    for (let change = 1; change <= 200; change += 1) {
      vi.advanceTimersByTime(50);
      numbers.change();
    }
    // 10 s with a budget of 1,000 per second, of which an execution takes a little more.
    expect(numbers.executions).toBeGreaterThan(5);
    expect(numbers.executions).toBeLessThanOrEqual(12);
    vi.advanceTimersByTime(5_000);
    expect(alone.told.at(-1)).toBe('{"data":201}');
  });

  test('at once for an address without budget, where none is charged', () => {
    const numbers = new Numbers();
    const alone = new Client('a', 1);
    alone.work.charge(10_000);
    shareOf(numbers, false).join(alone);
    for (let change = 1; change <= 3; change += 1) numbers.change();
    expect(alone.told).toEqual(saying(1, 2, 3, 4));
  });

  test('charged to its addresses in rotation', () => {
    const numbers = new Numbers();
    const shared = shareOf(numbers);
    const clients = ['a', 'b', 'c', 'd'].map((address) => new Client(address, 5_000));
    for (const client of clients) shared.join(client);
    // A single budget would suffice for a quarter of these.
    for (let change = 1; change <= 100; change += 1) {
      vi.advanceTimersByTime(60);
      numbers.change();
    }
    for (const { told } of clients) expect(told).toHaveLength(101);
  });
});

describe('a subscriber', () => {
  /** Revision from which each message was made; null for a snapshot. */
  const since: (number | null)[] = [];
  const source = (version = 1) => {
    const numbers = new Numbers();
    const current = (from: number | null) => {
      since.push(from);
      return numbers.source.current();
    };
    const waiting: (() => void)[] = [];
    return {
      numbers,
      waiting,
      source: {
        ...numbers.source,
        current,
        isAhead: (revision: number) => revision > version,
        whenAt: (_: number, callback: () => void) => {
          waiting.push(callback);
          return () => {};
        },
      },
    };
  };
  const share = (options: Pick<ConstructorParameters<typeof SharedSubscription>[0], 'source'>) =>
    new SharedSubscription({ ...options, isBudgeted: false, everyMs: 0, monotonicNow: () => performance.now() });
  beforeEach(() => {
    since.length = 0;
  });

  test('that reconnects or falls behind gets the changes since its revision', () => {
    const { numbers, source: from } = source();
    const shared = share({ source: from });
    const [fresh, back] = [new Client('a'), new Client('b')];
    shared.join(fresh);
    shared.join(back, 1);
    expect(since).toEqual([null, 1]);
    back.isWritable = false;
    for (let change = 1; change <= 3; change += 1) numbers.change();
    back.makeRoom();
    expect(since).toEqual([null, 1, 1]);
    expect([fresh.told, back.told]).toEqual([saying(1, 2, 3, 4), saying(1, 4)]);
  });

  test('whose revision is newer waits until this node has reached it', () => {
    const { numbers, waiting, source: from } = source();
    const shared = share({ source: from });
    const ahead = new Client('a');
    shared.join(ahead, 2);
    expect([ahead.told, waiting.length]).toEqual([[], 1]);
    numbers.change();
    expect(ahead.told).toEqual([]);
    for (const callback of waiting) callback();
    expect([ahead.told, since]).toEqual([saying(2), [2]]);
  });
});

test('a subscriber that leaves while it waits leaves nothing behind', () => {
  const shared = shareOf(new Numbers());
  const full = new Client('a');
  full.isWritable = false;
  const spent = new Client('b');
  spent.work.charge(1e9);
  for (let round = 1; round <= 100; round += 1) {
    const leaving = [shared.join(full), shared.join(spent)];
    for (const subscriber of leaving) subscriber[Symbol.dispose]();
  }
  expect(full.waiting.size).toBe(0);
  expect(shared.isUsed).toBe(false);
});
