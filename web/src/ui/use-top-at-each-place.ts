import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** At each other address, reading and tabbing begin at the top of what is there. */
export function useTopAtEachPlace() {
  const ref = useRef<HTMLElement>(null);
  const [location] = useLocation();
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    ref.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [location]);
  return ref;
}
