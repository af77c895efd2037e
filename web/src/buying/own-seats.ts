import type { OwnSeats } from '../map/looks.ts';
import type { PlanSeat } from '../plan/plan.ts';
import type { BuyingState } from './state.ts';

export function ownSeatsOf({ chosen, held, booked }: BuyingState): OwnSeats {
  return { chosen: indexesOf(chosen), held: indexesOf(held), booked: indexesOf(booked) };
}

const indexesOf = (seats: readonly PlanSeat[]) => new Set(seats.map(({ index }) => index));
