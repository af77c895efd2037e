import type { HoldfastError } from './holdfast-error.ts';

/**
 * `connecting`: no data yet. `live`: current. `polling`: some seconds old, because no websocket gets through. `stale`: out of date
 * until the connection is back. `ended`: final. `failed`: not available; `error` says why.
 */
export type LiveState = 'connecting' | 'live' | 'polling' | 'stale' | 'ended' | 'failed';

/** An immutable snapshot of followed data. */
export interface Live<Data> {
  readonly state: LiveState;
  /** The newest data; null before the first. */
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
