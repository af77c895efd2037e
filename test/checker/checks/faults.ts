import type { House, Violation } from './house.ts';

/** Whatever is broken, a client is told something it can understand, and never that the server is at fault. */
export function checkFaults({ calls }: House): Violation[] {
  const internal = calls.filter(
    ({ answer }) => answer.type === 'unknown' && answer.why.includes('INTERNAL_SERVER_ERROR'),
  );
  const [first] = internal;
  if (first === undefined) return [];
  return [{ check: 'no internal errors', what: `${internal.length} in one house, such as this`, calls: [first] }];
}
