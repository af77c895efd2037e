import { type Call, type ChangeCall, contentsOf, isChange } from '../history/call.ts';
import { grouped } from './grouped.ts';
import type { House, Violation } from './house.ts';

/**
 * Extensions and cancellations with a key: the same contents give the same again, other contents are refused, and nothing is refused
 * for contents that nobody sent before.
 */
export function checkChanges({ calls }: House): Violation[] {
  const keyed = calls.filter(isChange).filter(({ request }) => request.key !== null);
  const byKey = grouped(keyed, ({ viewer, request }) => `${viewer} ${request.kind} ${request.key}`);
  return [...byKey.values()].flatMap((attempts) => {
    const wrong = attempts.find((call) => !isRight(call, attempts));
    if (wrong === undefined) return [];
    const what = `the key ${wrong.request.key} gave ${wrong.answer.type} in call ${wrong.id}`;
    return [{ check: 'one effect a key', what, calls: attempts }];
  });
}

function isRight(call: ChangeCall, attempts: readonly ChangeCall[]): boolean {
  const same = attempts.filter((other) => contentsOf(other.request) === contentsOf(call.request));
  const others = attempts.filter((other) => !same.includes(other));
  switch (call.answer.type) {
    case 'unknown':
    case 'not sent':
      return true;
    case 'Reservation':
      return !others.some(isDone);
    case 'IdempotencyConflict':
      return !same.some(isDone) && others.some((other) => isDone(other) || other.answer.type === 'unknown');
    default:
      return !attempts.some((other) => isDone(other) && other.answeredAtMs < call.calledAtMs);
  }
}

function isDone({ answer }: Call): boolean {
  return answer.type === 'Reservation';
}
