import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoggedChange } from '../../src/domain/change.ts';
import { CHANGE_VERSION } from '../../src/domain/change.ts';
import type { EventState } from '../../src/domain/event-state.ts';
import type { ChangeListener } from '../../src/live/change-news.ts';
import { decodeChange, encodeChange } from '../../src/live/change-news.ts';
import { EventFeed } from '../../src/live/event-feed.ts';
import { HEADS_EVERY_MS, HeadWatch } from '../../src/live/head-watch.ts';
import { ArrayStore } from './array-store.ts';

const logger = pino({ level: 'silent' });
let store: ArrayStore;
let heads: HeadWatch;
let news: ChangeListener;
let feed: EventFeed<EventState>;
const revisions: number[] = [];
const resets: number[] = [];

beforeEach(async () => {
  vi.useFakeTimers();
  store = new ArrayStore(4_000, () => performance.now() + 1_000_000);
  heads = new HeadWatch({
    readRevisions: (ids) => store.readRevisions(ids),
    isReachable: () => true,
    monotonicNow: () => performance.now(),
    random: () => 0,
    logger,
  });
  const subscribe = async (_eventId: string, listener: ChangeListener) => {
    news = listener;
    return { [Symbol.asyncDispose]: async () => {} };
  };
  const opened =
    (await EventFeed.open(store.eventId, {
      news: { subscribe },
      heads,
      load: (eventId) => store.load(eventId),
      readChanges: (eventId, part) => store.readChanges(eventId, part),
      logger,
      telemetry: new EventEmitter(),
    })) ?? expect.unreachable();
  feed = opened.feed;
  feed.follow({
    onChange: ({ revision }) => revisions.push(revision),
    onReset: ({ revision }) => resets.push(revision),
  });
});
afterEach(async () => {
  await feed[Symbol.asyncDispose]();
  await heads[Symbol.asyncDispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  revisions.length = 0;
  resets.length = 0;
});

/** Commits this number of changes. */
function commit(count: number): LoggedChange[] {
  return Array.from({ length: count }, () => {
    const at = store.revision;
    return store.reserve(`r${at}`, [at % 4_000], 60_000) ?? expect.unreachable();
  });
}

describe('a feed', () => {
  it('delivers each change once and in order, however they arrive', async () => {
    const [one, two, three] = commit(3);
    for (const change of [two, two, three, one, one, two]) news.onChange(change ?? expect.unreachable());
    expect(revisions).toEqual([2, 3, 4]);
    expect([feed.isUpToDate, store.logReads]).toEqual([true, 0]);
  });

  it('waits a moment for a late change, and then reads the log, although others arrive', async () => {
    const changes = commit(20);
    for (const change of changes.slice(1)) {
      news.onChange(change);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(revisions).toEqual(Array.from({ length: 20 }, (_, nth) => nth + 2));
    expect([feed.isUpToDate, store.logReads, store.loads]).toEqual([true, 1, 1]);
  });

  it('reads changes from the log of which only the revision was sent', async () => {
    commit(2);
    news.onRevision(3);
    expect(feed.isUpToDate).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect([revisions, feed.isUpToDate]).toEqual([[2, 3], true]);
  });

  it('finds lost changes without any later message', async () => {
    commit(1);
    await vi.advanceTimersByTimeAsync(HEADS_EVERY_MS);
    expect([revisions, store.loads]).toEqual([[2], 1]);
  });

  it('reads soon after changes may have been missed, once for all events', async () => {
    commit(1);
    for (let n = 0; n < 10; n += 1) news.onGap();
    expect(feed.isUpToDate).toBe(false);
    await vi.advanceTimersByTimeAsync(50);
    expect([revisions, feed.isUpToDate, store.looks]).toEqual([[2], true, 1]);
  });

  it('does not settle a doubt by a read that began before it', async () => {
    const { readRevisions } = store;
    let answer = () => {};
    vi.spyOn(store, 'readRevisions').mockImplementationOnce(async (ids) => {
      const read = await readRevisions(ids);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return read;
    });
    feed.doubt();
    await vi.advanceTimersByTimeAsync(30);
    commit(1);
    feed.doubt();
    answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(feed.isUpToDate).toBe(false);
    await vi.advanceTimersByTimeAsync(50);
    expect([feed.isUpToDate, revisions]).toEqual([true, [2]]);
  });

  it('loads the event again if it is far behind, or the log is too short', async () => {
    commit(1_500);
    news.onRevision(store.revision);
    await vi.advanceTimersByTimeAsync(0);
    expect([resets, revisions]).toEqual([[1_501], []]);
    commit(5);
    store.firstKept = 1_505;
    news.onRevision(store.revision);
    await vi.advanceTimersByTimeAsync(0);
    expect([resets, revisions]).toEqual([[1_501, 1_506], []]);
  });

  it('reads more than one batch', async () => {
    commit(900);
    news.onRevision(store.revision);
    await vi.advanceTimersByTimeAsync(0);
    expect([revisions.length, store.logReads, resets]).toEqual([900, 2, []]);
  });

  it('loads the event again after a change of an unknown version', async () => {
    commit(1);
    const { readChanges } = store;
    vi.spyOn(store, 'readChanges').mockImplementation(async (eventId, part) => {
      const changes = await readChanges(eventId, part);
      return changes.map((logged) => JSON.parse(JSON.stringify(logged).replace('"version":1', '"version":99')));
    });
    news.onRevision(2);
    await vi.advanceTimersByTimeAsync(0);
    expect([resets, revisions, feed.isUpToDate]).toEqual([[2], [], true]);
  });

  it('starts over if the store has lost commits', async () => {
    for (const change of commit(3)) news.onChange(change);
    const behind = new ArrayStore(4_000, () => performance.now() + 1_000_000);
    store = behind;
    await vi.advanceTimersByTimeAsync(HEADS_EVERY_MS);
    expect([resets, feed.isUpToDate]).toEqual([[1], true]);
    for (const change of commit(2)) news.onChange(change);
    expect(revisions).toEqual([2, 3, 4, 2, 3]);
  });

  it('retries with growing pauses while the store does not answer', async () => {
    commit(1);
    const read = vi.spyOn(store, 'readChanges').mockRejectedValue(new Error('no store'));
    news.onRevision(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(feed.isUpToDate).toBe(false);
    expect(read.mock.calls.length).toBeGreaterThan(10);
    expect(read.mock.calls.length).toBeLessThan(25);
    read.mockRestore();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([feed.isUpToDate, revisions]).toEqual([true, [2]]);
  });
});

describe('a message', () => {
  it('has the change as it was written', () => {
    const [change] = commit(1);
    expect(decodeChange(encodeChange(change ?? expect.unreachable()))).toEqual({ revision: 2, change });
  });

  it('that would be too long contains only the revision', () => {
    const seatIndexes = Array.from({ length: 20_000 }, (_, index) => index);
    const facts = [{ kind: 'seats-blocked', actor: 'a', seatIndexes }] as const;
    const text = encodeChange({ revision: 2, atMs: 0, change: { version: CHANGE_VERSION, facts } });
    expect(decodeChange(text)).toEqual({ revision: 2, change: undefined });
  });

  it('of another version contains only the revision', () => {
    const text = JSON.stringify({ revision: 2, atMs: 0, change: { version: 99, facts: [] } });
    expect(decodeChange(text)).toEqual({ revision: 2, change: undefined });
  });

  it.each(['', 'no JSON', '{}', '{"revision":0}', '{"revision":"2"}', 'null', '[]'])('is none: %s', (text) => {
    expect(decodeChange(text)).toBeUndefined();
  });
});
