import { useCallback, useEffect, useRef, useState } from 'react';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly data: T }
  | { readonly state: 'failed'; readonly error: unknown };

/** Loads once, and again if `load` changes or `reload` is called. The old value stays until the answer comes. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>) {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const asking = useRef(new AbortController());
  const reload = useCallback(() => {
    asking.current.abort();
    asking.current = new AbortController();
    const { signal } = asking.current;
    load(signal).then(
      (data) => !signal.aborted && setLoaded({ state: 'ready', data }),
      (error) => !signal.aborted && setLoaded({ state: 'failed', error }),
    );
  }, [load]);
  useEffect(() => {
    reload();
    return () => asking.current.abort();
  }, [reload]);
  return { loaded, reload };
}
