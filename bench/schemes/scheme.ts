import { randomUUID } from 'node:crypto';

export interface Wanted {
  readonly eventId: string;
  /** By index, in the order in which they are to be locked. */
  readonly seats: readonly number[];
  readonly viewerId: string;
}

/** What a buyer is answered who got all of the seats. */
export interface Hold {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface SchemeOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Of connections to Postgres; a long row lock takes as many as it is given holds. */
  readonly poolSize: number;
  readonly holdMs: number;
  /** After which a buyer of the long row lock has paid; null when none ever pays. */
  readonly payingMs: number | null;
  /** Between two runs of the job that frees what has expired. */
  readonly cronMs: number;
}

/** A way to let only one buyer have a seat. */
export interface Scheme extends AsyncDisposable {
  /** Gives null when a seat is taken. */
  reserve(wanted: Wanted): Promise<Hold | null>;
  /** Resolves when nothing that was granted is still to be written. */
  settled(): Promise<void>;
}

export type OpenScheme = (options: SchemeOptions) => Scheme;

/** From now on. */
export function newHold(holdMs: number): Hold {
  const createdAt = new Date();
  return { id: randomUUID(), createdAt, expiresAt: new Date(createdAt.getTime() + holdMs) };
}
