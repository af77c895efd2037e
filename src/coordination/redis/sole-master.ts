import { Master, type MasterSettings } from './master.ts';
import type { Masters } from './masters.ts';

/** One server by itself, or the one that sentinels say is the master: it has every key. */
export class SoleMaster implements Masters {
  readonly #master: Master;

  constructor(settings: MasterSettings) {
    this.#master = new Master(settings);
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
}
