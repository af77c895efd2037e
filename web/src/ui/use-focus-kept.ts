import { useEffect, useRef } from 'react';

/** Scrolls to the top of each step, and focuses it if the focused element is gone, so that the keyboard keeps its place. */
export function useFocusKept(step: string) {
  const ref = useRef<HTMLElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    before.current = step;
    ref.current?.scrollTo({ top: 0 });
    const fits = (ref.current?.offsetHeight ?? 0) < innerHeight;
    ref.current?.scrollIntoView({ block: fits ? 'nearest' : 'start' });
    if (document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
  }, [step]);
  return ref;
}
