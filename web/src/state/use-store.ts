import { useSyncExternalStore } from 'react';
import type { Store } from './store.ts';

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** Only a part of what is so: draws anew when that changes. `select` gives a primitive, or the same object again. */
export function useSelected<T, Part>(store: Store<T>, select: (current: T) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}
