import type { Redis } from 'ioredis';
import type { Master } from './master.ts';

/** Where each key is. */
export interface Masters extends AsyncDisposable {
  /** Keys of one group may go into one script. */
  groupOf(key: string): number;
  /** Undefined while none is known. */
  of(key: string): Master | undefined;
}

/** Has the master of these keys, all of one group and at least one, do the work. Rejects as `Master.ask`, or if there is none. */
export async function askFor<T>(
  masters: Masters,
  keys: readonly string[],
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const master = masters.of(keys[0] ?? '');
  if (master === undefined) throw new Error('no master of the key is known');
  return master.ask(work);
}
