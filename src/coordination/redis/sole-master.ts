import type { Logger } from 'pino';
import { Master, type MasterSettings } from './master.ts';
import type { Masters } from './masters.ts';

/** One server by itself, or the one that sentinels say is the master: it has every key. */
export class SoleMaster implements Masters {
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
