import { useEffect, useRef } from 'react';

/** At each step, it is in sight, from its top; and it takes the focus when what had it has gone, so that the keyboard does not begin anew. */
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
