import type { HoldfastError } from './holdfast-error.ts';

/**
 * `connecting`: nothing came yet. `live`: as the server has it. `polling`: as the server had it seconds ago: no websocket gets through,
 * so it is asked for every few seconds. `stale`: as it was; it will be right again by itself.
 * `ended`: as it is for good. `failed`: it will not be had; `error` says why.
 */
export type LiveState = 'connecting' | 'live' | 'polling' | 'stale' | 'ended' | 'failed';

/** An immutable snapshot of what is known. */
export interface Live<Data> {
  readonly state: LiveState;
  /** The newest data; null until there is some. */
  readonly data: Data | null;
  readonly error: HoldfastError | null;
}

/** Follows a subscription while it has listeners. Both functions are for React's `useSyncExternalStore`. */
export interface LiveStore<Data> {
  /** Calls back at every change. Returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Returns the same object until something changes. */
  readonly getSnapshot: () => Live<Data>;
}
