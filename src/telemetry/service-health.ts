import type { Level, Telemetry } from './happenings.ts';

/** From best to worst. */
export const levels: readonly Level[] = ['NORMAL', 'DEGRADED', 'CRITICAL'];

/** Something a node needs is not as it should be. */
export interface Fault {
  /** How bad that is. */
  readonly level: Exclude<Level, 'NORMAL'>;
  /** For people; the same words for as long as it lasts. */
  readonly what: string;
}

export interface ServiceHealthSettings {
  /** What is not as it should be at this moment. */
  readonly faults: () => readonly Fault[];
  /** A fault counts for this long after it was last seen, so that one that comes and goes is one. */
  readonly holdMs: number;
  readonly monotonicNow: () => number;
  readonly telemetry: Telemetry;
}

const CHECK_EVERY_MS = 100;

/**
 * The node's level: that of its worst fault. It says what is so, and decides nothing: what Redis or the store cannot do at
 * present is skipped or refused by those who ask them, sooner than it is told here.
 */
export class ServiceHealth implements Disposable {
  readonly #settings: ServiceHealthSettings;
  readonly #timer: NodeJS.Timeout;
  /** By what they are, with when they were last seen. */
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

  /** The worst first; empty at NORMAL. */
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
