export const ARMS = ['refusals', 'sale', 'wins', 'contention', 'overlaps', 'confirms'] as const;
export type ArmName = (typeof ARMS)[number];

export interface FlashSaleOptions {
  /** Those to run; all when none is named. */
  readonly only: readonly ArmName[];
  /** Over which the users of `sale` come, first of all. */
  readonly connections: number;
  readonly users: number;
  readonly seats: number;
  /** Of one server in one round. */
  readonly seconds: number;
  /** Times that servers take turns. */
  readonly rounds: number;
  /** Of Holdfast. */
  readonly nodes: number;
  /** Where CPU profiles of the first node go, one of each arm's measured time. */
  readonly profile?: string;
}

/** Over which most arms are measured. */
export const CONNECTIONS = 64;
