import { grouped } from '../checks/grouped.ts';
import { type Call, type ChangeCall, endOf, intentOf, isChange } from './call.ts';
import { type ClockOffset, seenFromHere } from './clock.ts';
import type { Effect, Step } from './step.ts';
import type { StoredReservation, StoreRecord } from './store-record.ts';

export interface StepSettings {
  readonly offset: ClockOffset;
  readonly extensionMs: number;
  readonly fenceMs: number;
  readonly reservationMs: number;
}

/**
 * What took place in one house, as its calls tell. What the store has in the end tells of calls without an answer whether they
 * happened: a reservation is never forgotten.
 */
export function stepsOf(calls: readonly Call[], record: StoreRecord, settings: StepSettings): Step[] {
  return [
    ...record.reservations.flatMap((reservation) => reservationSteps(reservation, calls, record, settings)),
    ...calls.flatMap((call) => houseSteps(call)),
    ...calls.flatMap((call) => sightOf(call, calls, settings)),
  ];
}

function reservationSteps(
  reservation: StoredReservation,
  calls: readonly Call[],
  record: StoreRecord,
  settings: StepSettings,
): Step[] {
  const own = calls.filter(({ request }) => 'reservation' in request && request.reservation === reservation.id);
  const intents = [...grouped(own.filter(isChange), intentOf).values()];
  return [
    takeOf(reservation, calls, settings),
    ...intents.flatMap((attempts) => extensionOf(attempts, reservation, settings)),
    ...own.flatMap((call) => fenceOf(call, settings)),
    ...bookOf(reservation, own, record),
    ...intents.flatMap((attempts) => releaseOf(attempts, reservation)),
  ];
}

/** One, however many calls asked for it. */
function takeOf(reservation: StoredReservation, calls: readonly Call[], { offset, reservationMs }: StepSettings): Step {
  const granting = calls.filter((call) => grants(call, reservation.id));
  const asking = granting.length > 0 ? granting : calls.filter((call) => mayHaveAskedFor(call, reservation));
  const byKey = calls.filter(({ request, viewer, answer }) => {
    if (request.kind !== 'reserve' || request.key === null || viewer !== reservation.viewer) return false;
    return request.key === reservation.key && (answer.type === 'unknown' || answer.type === 'Reservation');
  });
  const all = [...asking, ...byKey];
  return {
    effect: {
      kind: 'take',
      reservation: reservation.id,
      seats: reservation.requested,
      until: seenFromHere(reservation.createdAtMs + reservationMs, offset),
    },
    fromMs: Math.min(...all.map(({ calledAtMs }) => calledAtMs)),
    toMs: Math.min(...all.map(endOf)),
    isCertain: true,
    callIds: [...new Set(all.map(({ id }) => id))],
  };
}

function grants({ request, answer }: Call, reservation: string): boolean {
  return request.kind === 'reserve' && answer.type === 'Reservation' && answer.id === reservation;
}

/** Without a key nobody can tell for certain which of the calls that got no answer it was. */
export function mayHaveAskedFor({ request, viewer, answer }: Call, reservation: StoredReservation): boolean {
  return (
    request.kind === 'reserve' &&
    answer.type === 'unknown' &&
    viewer === reservation.viewer &&
    request.key === reservation.key &&
    `${request.seats}` === `${reservation.requested}`
  );
}

/** One, however many attempts the intent had. */
function extensionOf(
  attempts: readonly ChangeCall[],
  { id, extensions }: StoredReservation,
  settings: StepSettings,
): Step[] {
  const [first] = attempts;
  if (first?.request.kind !== 'extend') return [];
  if (extensions === 0 && !attempts.some(({ answer }) => answer.type === 'Reservation')) return [];
  // A later attempt is told of the reservation as it is by then.
  const until =
    attempts.length === 1 && first.answer.type === 'Reservation'
      ? seenFromHere(first.answer.expiresAtMs, settings.offset)
      : null;
  return stepOfIntent(attempts, { kind: 'extend', reservation: id, byMs: settings.extensionMs, until });
}

/** The seats may be lost in spite of it, while the payment goes on. */
function fenceOf(call: Call, { fenceMs }: StepSettings): Step[] {
  const { request, answer } = call;
  if (request.kind !== 'confirm') return [];
  const mayHave = ['unknown', 'Booking', 'PaymentFailed', 'ReservationExpired', 'ReservationNotActive'];
  if (!mayHave.includes(answer.type)) return [];
  const effect: Effect = { kind: 'fence', reservation: request.reservation, forMs: fenceMs };
  return [step(call, effect, answer.type === 'PaymentFailed')];
}

/** One, however many calls confirmed it. */
function bookOf({ id }: StoredReservation, own: readonly Call[], { bookings }: StoreRecord): Step[] {
  const booking = bookings.find(({ reservation }) => reservation === id);
  const asking = own.filter(({ request, answer }) => {
    return request.kind === 'confirm' && request.accepted && ['unknown', 'Booking'].includes(answer.type);
  });
  if (booking === undefined || asking.length === 0) return [];
  return [
    {
      effect: { kind: booking.isLate ? 'book late' : 'book', reservation: id, seats: booking.seats },
      fromMs: Math.min(...asking.map(({ calledAtMs }) => calledAtMs)),
      toMs: Math.min(...own.filter(({ answer }) => answer.type === 'Booking').map(endOf)),
      isCertain: true,
      callIds: asking.map((call) => call.id),
    },
  ];
}

function releaseOf(attempts: readonly ChangeCall[], reservation: StoredReservation): Step[] {
  const [first] = attempts;
  if (first?.request.kind !== 'cancel') return [];
  const { seats } = first.request;
  const isKnown = attempts.some(({ answer }) => answer.type === 'Reservation');
  if (!isKnown && !mayHaveReleased(seats, reservation)) return [];
  return stepOfIntent(attempts, { kind: 'release', reservation: reservation.id, seats });
}

function mayHaveReleased(seats: readonly number[] | null, reservation: StoredReservation): boolean {
  if (reservation.status === 'CANCELLED') return true;
  return seats !== null && !seats.some((seat) => reservation.seats.includes(seat));
}

function houseSteps(call: Call): Step[] {
  const { request, answer } = call;
  if (request.kind !== 'block' && request.kind !== 'unblock') return [];
  const { kind, seats } = request;
  if (answer.type === 'SeatsUnavailable') return [step(call, { kind: 'see taken', seats: answer.seats }, true)];
  const mayHave = answer.type === 'Done' || answer.type === 'unknown';
  return mayHave ? [step(call, { kind, seats }, answer.type === 'Done')] : [];
}

/** What an answer shows without changing it. A refused reservation shows nothing: what refuses may be a moment behind the store. */
function sightOf(call: Call, calls: readonly Call[], { offset }: StepSettings): Step[] {
  const { request, answer } = call;
  if (answer.type === 'Map') return [step(call, { kind: 'see', statuses: answer.statuses }, true)];
  if (request.kind === 'reserve' && answer.type === 'Reservation') {
    const { id: reservation, seats, status } = answer;
    const isFirst = calls.every((other) => !grants(other, reservation) || other.id === call.id);
    if (isFirst && status === 'ACTIVE') return [];
    if (status !== 'ACTIVE') return [step(call, { kind: 'see over', reservation, status }, true)];
    const until = seenFromHere(answer.expiresAtMs, offset);
    return [step(call, { kind: 'see running', reservation, seats, until }, true)];
  }
  if (!('reservation' in request)) return [];
  const { reservation } = request;
  if (answer.type === 'ReservationExpired') {
    return [step(call, { kind: 'see over', reservation, status: 'EXPIRED' }, true)];
  }
  if (answer.type === 'ReservationNotActive' && answer.status !== 'ACTIVE') {
    return [step(call, { kind: 'see over', reservation, status: answer.status }, true)];
  }
  return [];
}

/** In one moment of those attempts that may have done it; certain once one of them was told so. */
function stepOfIntent(attempts: readonly ChangeCall[], effect: Effect): Step[] {
  const asking = attempts.filter(({ answer }) => answer.type === 'Reservation' || answer.type === 'unknown');
  if (asking.length === 0) return [];
  return [
    {
      effect,
      fromMs: Math.min(...asking.map(({ calledAtMs }) => calledAtMs)),
      toMs: Math.min(...asking.map(endOf)),
      isCertain: asking.some(({ answer }) => answer.type === 'Reservation'),
      callIds: asking.map(({ id }) => id),
    },
  ];
}

function step(call: Call, effect: Effect, isCertain: boolean): Step {
  return { effect, fromMs: call.calledAtMs, toMs: endOf(call), isCertain, callIds: [call.id] };
}
