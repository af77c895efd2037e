import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Master, type MasterSettings } from './master.ts';

/** Knows which Redis has which key. */
export interface Topology extends AsyncDisposable {
  /** Keys of one group may go into one script. */
  groupOf(key: string): number;
  /** The master of the key; undefined while none is known. */
  of(key: string): Master | undefined;
}

/** Runs the work on the master of the keys: one or more, all of one group. Rejects as `Master.ask`, or if no master is known. */
export async function askFor<T>(
  topology: Topology,
  keys: readonly string[],
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const master = topology.of(keys[0] ?? '');
  if (master === undefined) throw new Error('no master of the key is known');
  return master.ask(work);
}

/** A single server, or the master that sentinels name: it has all keys. */
export class SingleNode implements Topology {
  readonly #master: Master;
  #hasWarned = false;

  constructor(settings: Omit<MasterSettings, 'onRedirected'>) {
    this.#master = new Master({ ...settings, onRedirected: () => this.#warnOnce(settings.logger) });
  }

  groupOf(): number {
    return 0;
  }

  of(): Master {
    return this.#master;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#master[Symbol.asyncDispose]();
  }

  #warnOnce(logger: Logger): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    logger.warn(
      'Redis turns out to be a node of a cluster, and is of little use like this: put redis+cluster:// before its address',
    );
  }
}
