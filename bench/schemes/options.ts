/** In the order of the table, with their names in it. */
export const CONTENDERS = {
  'long-row-lock': 'long row lock',
  'status-and-cron': 'status and cron',
  'dual-attribute': 'dual attribute',
  'redis-lock': 'Redis lock',
  hybrid: 'hybrid',
  holdfast: 'Holdfast',
  floor: 'bare Apollo',
} as const;

export type ContenderName = keyof typeof CONTENDERS;
export type SchemeName = Exclude<ContenderName, 'holdfast' | 'floor'>;

export const contenderNames = Object.keys(CONTENDERS) as ContenderName[];

export interface SchemesOptions {
  /** Contenders to run; empty for all. */
  readonly only: readonly ContenderName[];
  readonly users: number;
  readonly seats: number;
  /** Maximum number of seats in a request. */
  readonly mostSeats: number;
  /** Connections of the users. */
  readonly connections: number;
  /** Duration of the measurement with free seats. */
  readonly seconds: number;
  /** Number of rounds. */
  readonly rounds: number;
  /** Time until a buyer of the long row lock has paid. */
  readonly payingMs: number;
  /** Between two runs of the job that frees what has expired. */
  readonly cronSeconds: number;
  /** Duration of holds that are not paid for. */
  readonly holdSeconds: number;
  /** Number of such holds for each server. */
  readonly holds: number;
  /** Takes row and Redis locks in the order of the request instead of the seats' order. */
  readonly asNamed?: boolean;
}
