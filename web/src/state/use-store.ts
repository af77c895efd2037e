import { useSyncExternalStore } from 'react';
import type { Store } from './store.ts';

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** A part of a store's value, which renders again only if it changes. `select` returns a primitive, or the same object. */
export function useSelected<T, Part>(store: Store<T>, select: (current: T) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}
