import { useEffect, useRef } from 'react';

/** Takes the focus when what had it has gone with the step before, so that the keyboard does not begin at the top again. */
export function useFocusKept(step: string) {
  const ref = useRef<HTMLElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current !== step && document.activeElement === document.body) ref.current?.focus();
    before.current = step;
  }, [step]);
  return ref;
}
