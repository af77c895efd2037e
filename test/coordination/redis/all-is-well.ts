import type { ReservationKey } from '../../../src/domain/records.ts';
import { waitFor } from '../../support/wait-for.ts';
import { Recorder } from '../recorder.ts';
import type { Watched } from './watched-node.ts';

const soon = { withinMs: 10_000 };
let times = 0;

/** Expects for this event: the gate works, nodes receive each other's messages, and all get notifications of expiry. */
export async function expectAllIsWell(nodes: readonly Watched[], eventId: string): Promise<void> {
  times += 1;
  const heard = nodes.map(() => new Recorder());
  const subscriptions = await Promise.all(
    nodes.map(({ node }, at) => node.bus.subscribe(eventId, recorderOf(heard, at))),
  );
  const expired: ReservationKey[][] = nodes.map(() => []);
  const stops = nodes.map(({ node }, at) => node.expiry.onExpired((key) => expired[at]?.push(key)));
  for (const [at, { node }] of nodes.entries()) {
    const reservation = { eventId, reservationId: `${times} of node ${at}` };
    const claim = { ...reservation, seatIndexes: [1_000 * times + at] };
    await waitFor(async () => (await node.gate.acquire(claim)).answer === 'taken', { ...soon, what: 'the gate' });
    for (const other of nodes) {
      const isRefused = async () =>
        (await other.node.gate.acquire({ ...claim, reservationId: 'other' })).answer === 'refused';
      await waitFor(isRefused, { ...soon, what: 'the mark to be seen by all' });
    }
    // Repeatedly, because a node that has just switched masters gets a gap instead of the message.
    const isHeard = () => {
      node.bus.publish(eventId, reservation.reservationId);
      return heard.every(({ messages }, by) => by === at || messages.includes(reservation.reservationId));
    };
    await waitFor(isHeard, { ...soon, what: 'the message' });
    await node.gate.confirm(claim, 1);
    await node.expiry.touch([reservation]);
    const areTold = () => expired.every((keys) => keys.some((key) => key.reservationId === reservation.reservationId));
    await waitFor(areTold, { ...soon, what: 'the announcement' });
  }
  for (const stop of stops) stop();
  for (const subscription of subscriptions) await subscription[Symbol.asyncDispose]();
}

function recorderOf(recorders: readonly Recorder[], at: number): Recorder {
  const recorder = recorders[at];
  if (recorder === undefined) throw new RangeError(`there is no recorder ${at}`);
  return recorder;
}
