import type { Violation } from './checks/house.ts';
import { describeCall } from './history/describe.ts';

/** What was broken, and the calls that show it. */
export function describeViolation({ check, what, calls }: Violation): string {
  const inOrder = calls.toSorted((one, other) => one.calledAtMs - other.calledAtMs);
  return [`BROKEN  ${check}: ${what}`, ...inOrder.map((call) => `    ${describeCall(call)}`)].join('\n');
}
