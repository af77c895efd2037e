import { useEffect, useRef } from 'react';

/** Moves an element into sight when it comes up, and for each other thing that it tells of: what was pressed may be far below. */
export function useInSight<E extends HTMLElement>(told: unknown) {
  const ref = useRef<E>(null);
  useEffect(() => {
    if (told) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [told]);
  return ref;
}
