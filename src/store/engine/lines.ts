import type { StoreTrouble } from './faults.ts';
import { OperationOver, StoreBusy, troubleIn } from './faults.ts';

export interface LineOptions {
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

/** What a failure has shown to be the matter is taken to be so for this long. */
const BELIEVED_MS = 1_000;

/** Lends out connections, each to one at a time. Of those who wait for one, the line that was made first goes first. */
export class Lender<Connection> {
  readonly #free: Connection[];
  readonly #lines: Line<Connection>[] = [];

  constructor(connections: readonly Connection[]) {
    this.#free = [...connections];
  }

  line(options: LineOptions): Line<Connection> {
    const line = new Line(this, options);
    this.#lines.push(line);
    return line;
  }

  /** Undefined while there is none to be had. */
  take(): Connection | undefined {
    return this.#free.pop();
  }

  giveBack(connection: Connection): void {
    if (!this.#lines.some((line) => line.lendToNext(connection))) this.#free.push(connection);
  }
}

interface Waiting<Connection> {
  readonly isOver: () => boolean;
  readonly timeout: NodeJS.Timeout;
  lend(connection: Connection): void;
  refuse(error: Error): void;
}

/** A bounded queue: whoever comes to a full one is refused, and so is whoever has waited for too long. */
export class Line<Connection> {
  readonly #lender: Lender<Connection>;
  readonly #options: LineOptions;
  /** The oldest first. */
  readonly #waiting = new Set<Waiting<Connection>>();
  #seen: { readonly trouble: StoreTrouble; readonly atMs: number } | undefined;

  constructor(lender: Lender<Connection>, options: LineOptions) {
    this.#lender = lender;
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** What the failures of the last moment have shown to be the matter. */
  get trouble(): StoreTrouble | null {
    return this.#seen !== undefined && performance.now() - this.#seen.atMs < BELIEVED_MS ? this.#seen.trouble : null;
  }

  /** Does the work as soon as there is a connection for it; not at all if it `isOver` by then. */
  async run<Result>(work: (connection: Connection) => Promise<Result>, isOver = neverOver): Promise<Result> {
    try {
      const connection = this.#lender.take() ?? (await this.#wait(isOver));
      try {
        return await work(connection);
      } finally {
        this.#lender.giveBack(connection);
      }
    } catch (error) {
      const trouble = troubleIn(error);
      if (trouble !== undefined) this.#seen = { trouble, atMs: performance.now() };
      throw error;
    }
  }

  /** False if nobody waits. */
  lendToNext(connection: Connection): boolean {
    for (const waiting of this.#waiting) {
      const isOver = waiting.isOver();
      this.#leave(waiting);
      if (!isOver) {
        waiting.lend(connection);
        return true;
      }
      waiting.refuse(new OperationOver());
    }
    return false;
  }

  #wait(isOver: () => boolean): Promise<Connection> {
    const { maxWaiting, maxWaitMs } = this.#options;
    if (this.#waiting.size >= maxWaiting) this.#dropThoseOver();
    if (this.#waiting.size >= maxWaiting) return Promise.reject(new StoreBusy('too many wait for a connection'));
    return new Promise((resolve, reject) => {
      const waiting: Waiting<Connection> = {
        isOver,
        timeout: setTimeout(() => {
          this.#leave(waiting);
          reject(new StoreBusy('no connection was to be had in time'));
        }, maxWaitMs),
        lend: resolve,
        refuse: reject,
      };
      this.#waiting.add(waiting);
    });
  }

  #dropThoseOver(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.isOver()) continue;
      this.#leave(waiting);
      waiting.refuse(new OperationOver());
    }
  }

  #leave(waiting: Waiting<Connection>): void {
    clearTimeout(waiting.timeout);
    this.#waiting.delete(waiting);
  }
}

function neverOver(): boolean {
  return false;
}
