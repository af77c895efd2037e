import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { nodeEnv, startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { Changes } from './changes.ts';
import { startNodeProcess } from './node-process.ts';
import { type LargeEvent, largeEvent, setBlocked } from './venue.ts';
import { type Watcher, watchAll } from './watcher.ts';

const seatCount = 20_000;
const sockets = 300;
/** One percent. */
const slowOnes = sockets / 100;

const env = {
  DATA_DIR: 'memory://',
  JWT_SECRET: nodeEnv.JWT_SECRET ?? '',
};

test('readers that stop for 30 s cost little, delay no others, and are soon current when they continue', async () => {
  // Other load on the machine affects both nodes alike, so that the one without slow readers is the reference.
  await using node = await startNodeProcess(env);
  await using control = await startNodeProcess(env);
  const [event, controlEvent] = [await largeEvent(node, seatCount), await largeEvent(control, seatCount)];
  const slow = await watchAll(slowOnes, { graphqlUrl: node.graphqlUrl, ...event });
  const quick = await watchAll(sockets - slowOnes, { graphqlUrl: node.graphqlUrl, ...event });
  const others = await watchAll(sockets, { graphqlUrl: control.graphqlUrl, ...controlEvent });
  {
    await using _changes = new Changes(node, event);
    await using _others = new Changes(control, controlEvent);
    const areToldOf = (changes: number) => [...quick, ...others].every(({ deltas }) => deltas > changes);
    await waitFor(() => areToldOf(20), { withinMs: 60_000, what: 'changes to be told' });
    for (const { socket } of slow) socket.pause();
    const read = slow.map(({ receivedBytes }) => receivedBytes);
    const before = [leastTold(quick), leastTold(others)] as const;
    await sleep(30_000);
    const during = [leastTold(quick) - before[0], leastTold(others) - before[1]] as const;

    for (const { socket } of slow) socket.resume();
    const behind = new Set(slow);
    const caughtUp = () => {
      for (const watcher of behind) if (showsTheSame(watcher, quick[0])) behind.delete(watcher);
      return behind.size === 0;
    };
    await waitFor(caughtUp, { withinMs: 10_000, what: 'the slow ones to show what the others do' });
    const backlogs = slow.map(({ receivedBytes }, at) => receivedBytes - (read[at] ?? 0));
    expect(Math.max(...backlogs)).toBeLessThan(1_000_000);
    expect(during[0]).toBeGreaterThan(0.5 * during[1]);
  }
  await expectSameMaps(node, event, [...quick, ...slow]);
});

describe('a node in this process', () => {
  let node: App;
  let event: LargeEvent;
  beforeAll(async () => {
    node = await startNode();
    event = await largeEvent(node, seatCount);
  });
  afterAll(() => node[Symbol.asyncDispose]());

  test('a reader that stops during many changes has no more waiting than allowed', async () => {
    const common = { graphqlUrl: node.graphqlUrl, ...event };
    const [quick, slow] = await watchAll(2, common);
    if (quick === undefined || slow === undefined) throw new Error('no watchers');
    slow.socket.pause();
    const read = slow.receivedBytes;
    const indexes = Array.from({ length: 400 }, (_, at) => 10_000 + at);
    for (let round = 0; round < 13; round += 1) {
      const { deltas } = quick;
      await setBlocked(node, event, indexes, round % 2 === 0);
      await waitFor(() => quick.deltas > deltas, { withinMs: 5_000, what: 'the change' });
    }
    expect(quick.receivedBytes).toBeGreaterThan(300_000);
    slow.socket.resume();
    const caughtUp = () => showsTheSame(slow, quick);
    await waitFor(caughtUp, { withinMs: 10_000, what: 'the slow one to show what the other does' });
    expect(slow.deltas).toBeLessThan(quick.deltas);
    expect(slow.receivedBytes - read).toBeLessThan(200_000);
    await expectSameMaps(node, event, [quick, slow]);
  });

  test('a change of many seats is sent as a snapshot if that is shorter', async () => {
    const [watcher] = await watchAll(1, { graphqlUrl: node.graphqlUrl, ...event });
    if (watcher === undefined) throw new Error('no watcher');
    await setBlocked(
      node,
      event,
      Array.from({ length: 5_000 }, (_, at) => 12_000 + at),
      true,
    );
    await waitFor(() => watcher.snapshots === 2, { withinMs: 5_000, what: 'a second snapshot' });
    expect(watcher.largestMessage).toBeLessThan(8_000);
    await expectSameMaps(node, event, [watcher]);
  });
});

/** Number of messages of the reader with the fewest. */
function leastTold(watchers: readonly Watcher[]): number {
  return Math.min(...watchers.map(({ deltas }) => deltas));
}

function showsTheSame(one: Watcher, other: Watcher | undefined): boolean {
  return other !== undefined && Buffer.compare(one.statuses, other.statuses) === 0;
}

/** Expects equal maps in the end, also for a new reader. Disposes of them. */
async function expectSameMaps(
  { graphqlUrl }: Pick<App, 'graphqlUrl'>,
  event: LargeEvent,
  watchers: readonly Watcher[],
): Promise<void> {
  const [fresh] = await watchAll(1, { graphqlUrl, ...event });
  const same = () => watchers.every((watcher) => showsTheSame(watcher, fresh));
  await waitFor(same, { withinMs: 5_000, what: 'all maps to be the same' });
  expect(watchers.flatMap(({ faults }) => faults)).toEqual([]);
  for (const watcher of watchers) watcher[Symbol.dispose]();
  fresh?.[Symbol.dispose]();
}
