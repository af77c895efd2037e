export const ARMS = ['refusals', 'sale', 'wins', 'contention', 'overlaps', 'confirms'] as const;
export type ArmName = (typeof ARMS)[number];

export interface FlashSaleOptions {
  /** Arms to run; empty for all. */
  readonly only: readonly ArmName[];
  /** Connections of the first run of `sale`. */
  readonly connections: number;
  readonly users: number;
  readonly seats: number;
  /** Duration for one server in one round. */
  readonly seconds: number;
  /** Number of rounds. */
  readonly rounds: number;
  /** Nodes of Holdfast. */
  readonly nodes: number;
  /** Directory for CPU profiles of the first node, one for each arm. */
  readonly profile?: string;
}

/** Connections of most arms. */
export const CONNECTIONS = 64;
