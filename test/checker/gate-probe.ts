import { randomUUID } from 'node:crypto';
import { LEASE_MS } from '../../src/coordination/lease.ts';
import { seatKey } from '../../src/coordination/redis/keys.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import type { Journal } from './load/journal.ts';
import { tokenFor } from './rig/policy.ts';
import type { Rig } from './rig/rig.ts';

/**
 * One holds a seat; on a node that knows nothing of the house somebody asks for it in vain. Rejects if the mark in the gate is not
 * the holder's any more, which only buyers in a hurry would ever notice.
 */
export async function expectMarkToStay({ redis, store, nodes }: Rig, journal: Journal): Promise<string> {
  const eventId = await createSampleEvent(store, 2, { reservationSeconds: 60 });
  const [holder, other] = await Promise.all(
    [0, nodes.length - 1].map(async (node) => {
      const viewer = `prober ${randomUUID()}`;
      return { viewer, token: await tokenFor(viewer), node };
    }),
  );
  if (holder === undefined || other === undefined) throw new Error('there are no nodes');
  const held = await journal.call(holder, eventId, { kind: 'reserve', seats: [0], key: null });
  await journal.call(other, eventId, { kind: 'reserve', seats: [0], key: null });
  // A node's commands reach Redis one after the other: what it had to hand back is handed back before this.
  await journal.call(other, eventId, { kind: 'reserve', seats: [1], key: null });
  const mark = await redis.master.cli('GET', seatKey(eventId, 0));
  const leftMs = Number(await redis.master.cli('PTTL', seatKey(eventId, 0)));
  // One that was removed and put back by what the store said stands for a lease only.
  if (held.type === 'Reservation' && mark === held.id && leftMs > LEASE_MS) return mark;
  throw new Error(`${JSON.stringify(held)} has the mark ${mark} for ${leftMs} ms`);
}
