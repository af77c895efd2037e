import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { GroupCommit, QueueFull } from '../../src/group-commit/group-commit.ts';
import { HeldWrites } from './held-writes.ts';

/** 'seat-7 ada' conflicts with 'seat-7 ben'. */
const conflictKeys = (request: string) => [request.split(' ')[0] ?? request];

const isGone = (error: unknown) => error instanceof Error && error.message === 'gone';

const realTime = () => performance.now();

function open(kinds: readonly string[], monotonicNow = realTime) {
  const store = new HeldWrites();
  const groupCommit = new GroupCommit({ monotonicNow, failsAll: isGone });
  const submits = kinds.map((kind) => groupCommit.register({ conflictKeys, write: store.write(kind) }));
  return { store, submits };
}

/** With one kind of request. */
function openOne(monotonicNow = realTime) {
  const { store, submits } = open(['reserve'], monotonicNow);
  const [writes] = submits;
  if (writes === undefined) throw new Error('one was opened');
  const submit = (request: string, eventId = 'event') => writes.submit(eventId, request);
  return { store, submit };
}

const numbered = (count: number, name = 'r') => Array.from({ length: count }, (_, place) => `${name}${place}`);

describe('group commit', () => {
  test('writes at once when nothing is in flight', async () => {
    const { store, submit } = openOne();
    const answer = submit('one');
    await turn();
    expect(store.inFlight).toMatchObject([{ requests: ['one'] }]);
    store.inFlight[0]?.finish();
    expect(await answer).toBe('ONE');
  });

  test('batches requests that arrive meanwhile, in order, with at most two writes in flight', async () => {
    const { store, submit } = openOne();
    const answers = [submit('first')];
    await turn();
    answers.push(submit('second'));
    await turn();
    answers.push(...numbered(200).map((request) => submit(request)));
    await turn();
    expect(store.inFlight.map(({ requests }) => requests)).toEqual([['first'], ['second']]);
    await store.finishAll();
    const later = store.begun.slice(2).map(({ requests }) => requests);
    expect(later).toEqual([numbered(200).slice(0, 128), numbered(200).slice(128)]);
    expect(await Promise.all(answers)).toEqual(['first', 'second', ...numbered(200)].map((one) => one.toUpperCase()));
  });

  test('writes to other events meanwhile', async () => {
    const { store, submit } = openOne();
    for (const eventId of numbered(5, 'event')) void submit('one', eventId);
    await turn();
    expect(store.inFlight).toHaveLength(5);
    await store.finishAll();
  });

  test('never has two in flight with the same key, and the earlier goes first', async () => {
    const { store, submit } = openOne();
    const requests = Array.from({ length: 400 }, (_, place) => `seat-${place % 30} ${place}`);
    const answers = requests.map((request) => submit(request));
    const order: string[] = [];
    while (order.length < requests.length) {
      const held = await store.next();
      const keys = store.inFlight.flatMap((write) => write.requests.flatMap(conflictKeys));
      expect(new Set(keys).size).toBe(keys.length);
      order.push(...held.requests);
      held.finish();
      await turn();
    }
    await Promise.all(answers);
    for (let seat = 0; seat < 30; seat++) {
      const ofSeat = (all: readonly string[]) => all.filter((request) => conflictKeys(request)[0] === `seat-${seat}`);
      expect(ofSeat(order)).toEqual(ofSeat(requests));
    }
  });

  test('serves kinds in rotation, and counts the writes of all of them together', async () => {
    const { store, submits } = open(['reserve', 'extend', 'confirm']);
    const [reserve, extend, confirm] = submits;
    const answers = [
      ...numbered(1_000, 'r').map((one) => reserve?.submit('event', one)),
      ...numbered(200, 'e').map((one) => extend?.submit('event', one)),
      ...numbered(10, 'c').map((one) => confirm?.submit('event', one)),
    ];
    while (store.begun.length < 8) {
      const held = await store.next();
      expect(store.inFlight.length).toBeLessThanOrEqual(2);
      held.finish();
      await turn();
    }
    const kinds = store.begun.slice(0, 8).map(({ kind }) => kind);
    expect(kinds).toEqual(['reserve', 'extend', 'confirm', 'reserve', 'extend', 'reserve', 'reserve', 'reserve']);
    await store.finishAll();
    await Promise.all(answers);
  });

  test('fails only the request that makes a write fail', async () => {
    const { store, submit } = openOne();
    const answers = Promise.allSettled(['good', 'bad', 'fine'].map((request) => submit(request)));
    (await store.next()).fail(new Error('one of you'));
    for (const request of ['good', 'bad', 'fine']) {
      const held = await store.next();
      expect(held.requests).toEqual([request]);
      if (request === 'bad') held.fail(new Error('you'));
      else held.finish();
      await turn();
    }
    expect(await answers).toEqual([
      { status: 'fulfilled', value: 'GOOD' },
      { status: 'rejected', reason: new Error('you') },
      { status: 'fulfilled', value: 'FINE' },
    ]);
  });

  test('fails the whole batch while the store is unavailable, and continues', async () => {
    const { store, submit } = openOne();
    const answers = Promise.allSettled(['one', 'two'].map((request) => submit(request)));
    await turn();
    const next = submit('three');
    store.inFlight[0]?.fail(new Error('gone'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await store.finishAll();
    expect(await next).toBe('THREE');
    expect(store.begun.map(({ requests }) => requests)).toEqual([['one', 'two'], ['three']]);
  });
});

describe('the wait for a write', () => {
  /** With a clock that the test advances. */
  function openInTime() {
    let nowMs = 0;
    const pass = (ms: number) => {
      nowMs += ms;
    };
    return { ...openOne(() => nowMs), pass };
  }

  test('is short: more requests than were recently written in two seconds are refused at once', async () => {
    const { store, submit, pass } = openInTime();
    // Two writes in flight, so that each takes 200 ms.
    const finishOne = async () => {
      const held = await store.next();
      pass(100);
      held.finish();
      await turn();
    };
    const before = numbered(20 * 128, 'before').map((request) => submit(request));
    while (store.begun.length < 20) await finishOne();

    const refusals: QueueFull[] = [];
    const answers = numbered(5_000).map((request) =>
      submit(request).catch((error: unknown) => {
        if (!(error instanceof QueueFull)) throw error;
        refusals.push(error);
      }),
    );
    await turn();
    expect(store.inFlight).toHaveLength(2);
    expect(5_000 - refusals.length).toBeGreaterThan(0.7 * 20 * 128);
    expect(5_000 - refusals.length).toBeLessThan(1.5 * 20 * 128);
    for (const { retryAfterMs } of refusals) expect(retryAfterMs).toBeGreaterThan(1_900);
    for (const { retryAfterMs } of refusals) expect(retryAfterMs).toBeLessThan(2_500);
    const admitted = refusals.length;
    while (store.inFlight.length > 0) await finishOne();
    await Promise.all([...before, ...answers]);
    expect(refusals).toHaveLength(admitted);
  });

  test('does not begin behind hanging writes, and does again after them', async () => {
    const { store, submit, pass } = openInTime();
    const hung = [submit('one'), await turn(), submit('two'), await turn()];
    const early = submit('early');
    pass(1_900);
    const late = submit('late');
    pass(200);
    await expect(submit('too late')).rejects.toThrow(QueueFull);
    for (const held of [...store.inFlight]) held.finish();
    await turn();
    const afterwards = submit('afterwards');
    await store.finishAll();
    expect(await afterwards).toBe('AFTERWARDS');
    expect([await early, await late]).toEqual(['EARLY', 'LATE']);
    await Promise.all(hung);
  });

  test('ends after three seconds, and the request is not written any more', async () => {
    const { store, submit, pass } = openInTime();
    const hung = [submit('one'), await turn(), submit('two'), await turn()];
    const waiting = submit('three').catch((error: unknown) => error);
    pass(3_100);
    for (const held of [...store.inFlight]) held.finish();
    await store.finishAll();
    expect(await waiting).toBeInstanceOf(QueueFull);
    expect(store.begun.flatMap(({ requests }) => requests)).toEqual(['one', 'two']);
    await Promise.all(hung);
  });

  test('ends after three seconds also while the store hangs', async () => {
    const { store, submit } = openOne();
    const hung = [submit('one'), await turn(), submit('two'), await turn()];
    const begun = performance.now();
    await expect(submit('three')).rejects.toThrow(QueueFull);
    expect(performance.now() - begun).toBeGreaterThan(2_900);
    await store.finishAll();
    expect(store.begun.flatMap(({ requests }) => requests)).toEqual(['one', 'two']);
    await Promise.all(hung);
  });

  test('of one kind does not depend on those of another', async () => {
    const { store, submits } = open(['reserve', 'confirm']);
    const [reserve, confirm] = submits;
    const rush = Promise.allSettled(numbered(30_000).map((request) => reserve?.submit('event', request)));
    const confirmed = confirm?.submit('event', 'paid');
    await turn();
    expect(store.inFlight.map(({ kind }) => kind)).toEqual(['reserve', 'confirm']);
    await store.finishAll();
    expect(await confirmed).toBe('PAID');
    expect((await rush).some((outcome) => outcome.status === 'rejected' && outcome.reason instanceof QueueFull)).toBe(
      true,
    );
  });
});
