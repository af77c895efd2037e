import type { Plan, PlanSeat } from '../plan/plan.ts';
import { keptInTab } from '../state/kept.ts';

const keyOf = ({ event }: Plan) => `holdfast chosen ${event.id}`;

/** Seats that were chosen in this tab before a reload. */
export function keptChoice(plan: Plan): readonly PlanSeat[] {
  const ids = keptInTab.getItem(keyOf(plan))?.split(' ') ?? [];
  return plan.seats
    .filter(({ id }) => ids.includes(id))
    .sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
}

export function keepChoice(plan: Plan, seats: readonly PlanSeat[]): void {
  if (seats.length === 0) keptInTab.removeItem(keyOf(plan));
  else keptInTab.setItem(keyOf(plan), seats.map(({ id }) => id).join(' '));
}
