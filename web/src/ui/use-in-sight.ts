import { useEffect, useRef } from 'react';

/** Scrolls to the element when it appears or its content changes, because the pressed button may be far below. */
export function useInSight<E extends HTMLElement>(told: unknown) {
  const ref = useRef<E>(null);
  useEffect(() => {
    if (told) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [told]);
  return ref;
}
