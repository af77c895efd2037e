/** In the order in which they are shown, each with the name it has there. */
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
  /** Those to run; all when none is named. */
  readonly only: readonly ContenderName[];
  readonly users: number;
  readonly seats: number;
  /** Of one user: each wants from one to so many. */
  readonly mostSeats: number;
  /** Over which the users come. */
  readonly connections: number;
  /** In which seats are granted that nobody else wants. */
  readonly seconds: number;
  /** Times that the servers take turns. */
  readonly rounds: number;
  /** In which a buyer of the long row lock has paid. */
  readonly payingMs: number;
  /** Between two runs of the job that frees what has expired. */
  readonly cronSeconds: number;
  /** Of the holds that nobody pays for. */
  readonly holdSeconds: number;
  /** Of such holds, for each server. */
  readonly holds: number;
  /** Row and Redis locks are taken in the order in which a user named the seats, and not in that of the seats. */
  readonly asNamed?: boolean;
}
