import { type SeatCodes, seatStatuses } from '@holdfast/client';
import type { Plan } from '../plan/plan.ts';

/** What the viewer sees of a seat, besides its category. */
export const kinds = ['AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED', 'chosen', 'held', 'bookedByYou'] as const;
export type Kind = (typeof kinds)[number];

/** A seat's category and kind, and whether a wheelchair has room there, as one number. */
export type Look = number;

/** Looks of all seats, by index. */
export type Looks = Uint16Array<ArrayBuffer>;

/** The viewer's own seats, by index, which public statuses do not show. */
export interface OwnSeats {
  readonly chosen: ReadonlySet<number>;
  readonly held: ReadonlySet<number>;
  readonly booked: ReadonlySet<number>;
}

const KINDS = 8;

export const lookOf = (category: number, kind: Kind, accessible = false): Look =>
  (2 * category + Number(accessible)) * KINDS + kinds.indexOf(kind);
export const kindOf = (look: Look): Kind => kinds[look % KINDS] ?? 'BLOCKED';
export const isAccessible = (look: Look): boolean => Math.floor(look / KINDS) % 2 === 1;
export const categoryOf = (look: Look): number => Math.floor(look / KINDS / 2);

/** @param statuses null while unknown: then no seat can be chosen */
export function looksOf(plan: Plan, statuses: SeatCodes | null, own: OwnSeats): Looks {
  const looks = new Uint16Array(plan.seats.length);
  for (const { index, category, accessible } of plan.seats) {
    looks[index] = lookOf(category, (statuses && seatStatuses[statuses[index] ?? -1]) ?? 'BLOCKED', accessible);
  }
  const mark = (seats: ReadonlySet<number>, kind: Kind) => {
    for (const index of seats) looks[index] = lookOf(plan.seats[index]?.category ?? 0, kind);
  };
  mark(own.booked, 'bookedByYou');
  mark(own.held, 'held');
  mark(own.chosen, 'chosen');
  return looks;
}
