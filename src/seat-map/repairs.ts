/** At least this between two reads of the store for one map, however often they are asked for. */
const GAP_MS = 250;

/** While nodes cannot tell each other, the store is asked this often (DESIGN §7, DEGRADED). */
const DEGRADED_EVERY_MS = 1_000;

/** Between tries while the store does not answer. */
const MAX_RETRY_MS = 5_000;

export interface RepairsSettings {
  readonly repair: () => Promise<void>;
  /** True while changes made elsewhere are not heard of. */
  readonly isDegraded: () => boolean;
  readonly onFailed: (err: unknown) => void;
  readonly monotonicNow: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Repairs one map again and again as needed: never two at once, one more when asked for meanwhile. */
export class Repairs implements AsyncDisposable {
  readonly #settings: RepairsSettings;
  #isAsked = false;
  #failures = 0;
  #notBefore = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(settings: RepairsSettings) {
    this.#settings = settings;
  }

  /** True from when a repair was asked for until one that began later has succeeded. */
  get isNeeded(): boolean {
    return this.#isAsked || this.#running !== undefined;
  }

  ask(): void {
    this.#isAsked = true;
    this.#schedule(this.#notBefore - this.#settings.monotonicNow());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** Nothing while a repair runs: what comes next is settled when it ends. */
  #schedule(waitMs: number): void {
    if (this.#disposed || this.#running !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#running = this.#run();
      },
      Math.max(0, waitMs),
    );
  }

  async #run(): Promise<void> {
    const startedAtMs = this.#settings.monotonicNow();
    this.#isAsked = false;
    try {
      await this.#settings.repair();
      this.#failures = 0;
    } catch (err) {
      this.#isAsked = true;
      this.#failures += 1;
      this.#settings.onFailed(err);
    }
    this.#running = undefined;
    this.#next(startedAtMs);
  }

  /** While nodes cannot tell each other, what was changed just after one read began is to be known a second later. */
  #next(startedAtMs: number): void {
    const { monotonicNow, random, isDegraded } = this.#settings;
    const gapMs = Math.min(GAP_MS * 2 ** this.#failures, MAX_RETRY_MS);
    this.#notBefore = monotonicNow() + gapMs * (1 - random() / 4);
    const pollAtMs = startedAtMs + DEGRADED_EVERY_MS * (1 - random() / 4);
    if (this.#isAsked) this.ask();
    else if (isDegraded()) this.#schedule(Math.max(pollAtMs, this.#notBefore) - monotonicNow());
  }
}
