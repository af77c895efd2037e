import type { Violation } from './checks/house.ts';
import { describeCall } from './history/describe.ts';
import type { PastFault } from './rig/nemesis.ts';

/** What was broken, and the calls that show it. */
export function describeViolation({ check, what, calls }: Violation): string {
  const inOrder = calls.toSorted((one, other) => one.calledAtMs - other.calledAtMs);
  return [`BROKEN  ${check}: ${what}`, ...inOrder.map((call) => `    ${describeCall(call)}`)].join('\n');
}

/** When it was, by the harness' clock. */
export function describeFault({ kind, target, fromMs, toMs }: PastFault): string {
  const where = target === null ? '' : ` of node ${target}`;
  return `    ${fromMs.toFixed(1).padStart(10)}  ${kind}${where} (${(toMs - fromMs).toFixed(0)} ms)`;
}
