import type { Logger } from 'pino';

/** How well a node can serve (DESIGN §11), from best to worst. */
export const levels = ['NORMAL', 'DEGRADED', 'CRITICAL'] as const;

export type Level = (typeof levels)[number];

/** Something a node needs is not as it should be. */
export interface Trouble {
  /** How bad that is. */
  readonly level: Exclude<Level, 'NORMAL'>;
  /** For people; the same words for as long as it lasts. */
  readonly what: string;
}

export interface LevelsSettings {
  /** What is not as it should be at this moment. */
  readonly troubles: () => readonly Trouble[];
  /** A trouble counts for this long after it was last seen, so that one that comes and goes is one. */
  readonly holdMs: number;
  readonly monotonicNow: () => number;
  readonly logger: Logger;
}

const CHECK_EVERY_MS = 100;

/**
 * The node's level: that of its worst trouble. It says what is so, and decides nothing: what Redis or the store cannot do at
 * present is skipped or refused by those who ask them, sooner than it is told here.
 */
export class Levels implements Disposable {
  readonly #settings: LevelsSettings;
  readonly #timer: NodeJS.Timeout;
  /** By what they are, with when they were last seen. */
  readonly #seen = new Map<string, Trouble & { readonly atMs: number }>();
  readonly #changes = new Map<Level, number>(levels.map((level) => [level, 0]));
  #level: Level = 'NORMAL';
  #since = new Date();

  constructor(settings: LevelsSettings) {
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

  /** How often each level was reached from another. */
  get changes(): ReadonlyMap<Level, number> {
    return this.#changes;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const atMs = this.#settings.monotonicNow();
    for (const trouble of this.#settings.troubles()) this.#seen.set(trouble.what, { ...trouble, atMs });
    for (const [what, seen] of this.#seen) if (atMs - seen.atMs > this.#settings.holdMs) this.#seen.delete(what);
    const present = new Set([...this.#seen.values()].map(({ level }) => level));
    this.#change(levels.findLast((level) => level !== 'NORMAL' && present.has(level)) ?? 'NORMAL');
  }

  #change(level: Level): void {
    if (level === this.#level) return;
    const was = { level: this.#level, since: this.#since.toISOString() };
    this.#level = level;
    this.#since = new Date();
    this.#changes.set(level, (this.#changes.get(level) ?? 0) + 1);
    const { logger } = this.#settings;
    const why = level === 'NORMAL' ? 'all is well again' : this.reasons.join('; ');
    logger[severities[level]]({ was }, `level ${level}: ${why}`);
  }
}

const severities = { NORMAL: 'info', DEGRADED: 'warn', CRITICAL: 'error' } as const;

function rank({ level }: Trouble): number {
  return levels.indexOf(level);
}
