import { randomUUID } from 'node:crypto';

export interface Wanted {
  readonly eventId: string;
  /** By index, in the order of locking. */
  readonly seats: readonly number[];
  readonly viewerId: string;
}

/** The answer to a buyer who got all seats. */
export interface Hold {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface SchemeOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Connections to Postgres. A long row lock takes one per hold. */
  readonly poolSize: number;
  readonly holdMs: number;
  /** Time until a buyer of the long row lock has paid; null if none does. */
  readonly payingMs: number | null;
  /** Interval of the job that frees expired seats. */
  readonly cronMs: number;
}

/** A way to let only one buyer have a seat. */
export interface Scheme extends AsyncDisposable {
  /** Resolves to null if a seat is taken. */
  reserve(wanted: Wanted): Promise<Hold | null>;
  /** Resolves when all granted holds are written. */
  settled(): Promise<void>;
}

export type OpenScheme = (options: SchemeOptions) => Scheme;

/** Begins now. */
export function newHold(holdMs: number): Hold {
  const createdAt = new Date();
  return { id: randomUUID(), createdAt, expiresAt: new Date(createdAt.getTime() + holdMs) };
}
