import type { App } from '../../src/app.ts';
import { type LargeEvent, setBlocked } from './venue.ts';

const everyMs = 50;
const seatsAtOnce = 5;

/** Changes a hundred seats per second through the API, in rotation, until disposed of. */
export class Changes implements AsyncDisposable {
  readonly #node: Pick<App, 'graphqlUrl'>;
  readonly #event: LargeEvent;
  readonly #pending = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #failure: unknown;
  #step = 0;

  constructor(node: Pick<App, 'graphqlUrl'>, event: LargeEvent) {
    this.#node = node;
    this.#event = event;
    this.#timer = setInterval(() => this.#change(), everyMs);
  }

  /** Rejects if any change failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #change(): void {
    const { seatCount } = this.#event;
    const first = (this.#step * seatsAtOnce) % seatCount;
    const blocked = Math.floor((this.#step * seatsAtOnce) / seatCount) % 2 === 0;
    this.#step += 1;
    const indexes = Array.from({ length: seatsAtOnce }, (_, at) => first + at);
    const done: Promise<void> = setBlocked(this.#node, this.#event, indexes, blocked)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }
}
