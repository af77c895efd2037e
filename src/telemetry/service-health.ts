import type { Level, Telemetry } from './happenings.ts';

/** From best to worst. */
export const levels: readonly Level[] = ['NORMAL', 'DEGRADED', 'CRITICAL'];

/** Something that a node needs is impaired. */
export interface Fault {
  /** How severe it is. */
  readonly level: Exclude<Level, 'NORMAL'>;
  /** For operators. The words stay the same while the fault lasts. */
  readonly what: string;
}

export interface ServiceHealthSettings {
  /** The current faults. */
  readonly faults: () => readonly Fault[];
  /** How long a fault counts after it was last seen, so that one which comes and goes is reported once. */
  readonly holdMs: number;
  readonly monotonicNow: () => number;
  readonly telemetry: Telemetry;
}

const CHECK_EVERY_MS = 100;

/**
 * The node's level, which is that of its worst fault. It reports only: the callers of Redis and the store skip or refuse on their own,
 * and sooner.
 */
export class ServiceHealth implements Disposable {
  readonly #settings: ServiceHealthSettings;
  readonly #timer: NodeJS.Timeout;
  /** Faults by their text, with the time when each was last seen. */
  readonly #seen = new Map<string, Fault & { readonly atMs: number }>();
  #level: Level = 'NORMAL';
  #since = new Date();

  constructor(settings: ServiceHealthSettings) {
    this.#settings = settings;
    this.#check();
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS).unref();
  }

  get level(): Level {
    return this.#level;
  }

  get since(): Date {
    return this.#since;
  }

  /** The worst fault first. Empty at NORMAL. */
  get reasons(): readonly string[] {
    return [...this.#seen.values()].sort((one, other) => rank(other) - rank(one)).map(({ what }) => what);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const atMs = this.#settings.monotonicNow();
    for (const fault of this.#settings.faults()) this.#seen.set(fault.what, { ...fault, atMs });
    for (const [what, seen] of this.#seen) if (atMs - seen.atMs > this.#settings.holdMs) this.#seen.delete(what);
    const present = new Set([...this.#seen.values()].map(({ level }) => level));
    this.#change(levels.findLast((level) => level !== 'NORMAL' && present.has(level)) ?? 'NORMAL');
  }

  #change(level: Level): void {
    if (level === this.#level) return;
    const [was, since] = [this.#level, this.#since];
    this.#level = level;
    this.#since = new Date();
    this.#settings.telemetry.emit('level:changed', { level, was, since, reasons: this.reasons });
  }
}

function rank({ level }: Fault): number {
  return levels.indexOf(level);
}
