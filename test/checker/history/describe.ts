import type { Answer, Call, Request } from './call.ts';

/** One line: when, who, where, what was asked, what came of it, and how long that took. */
export function describeCall({ id, node, viewer, request, answer, calledAtMs, answeredAtMs }: Call): string {
  const when = calledAtMs.toFixed(1).padStart(10);
  const took = `${(answeredAtMs - calledAtMs).toFixed(1)} ms`;
  return `${when}  #${id} ${viewer} on node ${node}: ${describeRequest(request)} → ${describeAnswer(answer)} (${took})`;
}

function describeRequest(request: Request): string {
  switch (request.kind) {
    case 'reserve':
      return `reserve ${request.seats}${byKey(request)}`;
    case 'extend':
      return `extend ${short(request.reservation)}${byKey(request)}`;
    case 'confirm':
      return `confirm ${short(request.reservation)}${request.accepted ? '' : ', to be declined'}`;
    case 'cancel':
      return `cancel ${request.seats === null ? '' : `${request.seats} of `}${short(request.reservation)}${byKey(request)}`;
    case 'block':
    case 'unblock':
      return `${request.kind} ${request.seats}`;
    case 'read':
      return 'read';
  }
}

function byKey({ key }: { readonly key: string | null }): string {
  return key === null ? '' : ` by key ${key}`;
}

function describeAnswer(answer: Answer): string {
  switch (answer.type) {
    case 'unknown':
      return `unknown: ${answer.why}`;
    case 'Reservation':
      return `${answer.status} ${short(answer.id)} of ${answer.seats}, until ${answer.expiresAtMs}, in ${answer.expiresInMs} ms`;
    case 'Booking':
      return `booking ${short(answer.id)} ${answer.reference} of ${answer.seats} at ${answer.bookedAtMs}`;
    case 'SeatsUnavailable':
      return `SeatsUnavailable ${answer.seats}`;
    case 'ReservationNotActive':
      return `ReservationNotActive ${answer.status}`;
    case 'ReservationExpired':
      return `ReservationExpired at ${answer.expiredAtMs}`;
    case 'Map':
      return answer.statuses.join(' ');
    default:
      return answer.type;
  }
}

function short(uuid: string): string {
  return uuid.slice(0, 8);
}
