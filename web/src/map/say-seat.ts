import { type LiveStore, type SeatMapState, statusAt } from '@holdfast/client';
import type { Words } from '../language/words.ts';
import { type Plan, type PlanSeat, priceOf } from '../plan/plan.ts';
import type { OwnSeats } from './looks.ts';

interface Known {
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  readonly own: OwnSeats;
}

/** 'Stalls, row C, seat 12 · Premium · €92.00 · free'. */
export function saySeat(seat: PlanSeat, { plan, map, own }: Known, { say, write }: Words): string {
  const { data } = map.getSnapshot();
  const status = data && statusAt(data.statuses, seat.index);
  const parts = [
    say.seat(seat),
    plan.categories[seat.category]?.name,
    write.money(priceOf(plan, seat)),
    seat.accessible && say.accessible,
    sayOwn(seat, own, say) ?? (status && say.status[status]),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Whether it is the viewer's own; undefined for other seats. */
export function sayOwn({ index }: PlanSeat, { chosen, held, booked }: OwnSeats, say: Words['say']): string | undefined {
  if (chosen.has(index)) return say.chosen;
  if (held.has(index)) return say.heldByYou;
  return booked.has(index) ? say.bookedByYou : undefined;
}
