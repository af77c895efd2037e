import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** Scrolls and moves the focus to the top at each new address. */
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
