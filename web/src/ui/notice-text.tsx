import type { Countdown } from 'holdfast/client';
import { useEffect, useRef } from 'react';
import { WaitText } from './wait-text.tsx';

/** Why something was not done. */
export function NoticeText({ text }: { readonly text: string }) {
  return (
    <p ref={useInSight(text)} className="notice" role="alert">
      {text}
    </p>
  );
}

/** Why something was not done, and when it can be. */
export function WaitNotice({ text, wait }: { readonly text: string; readonly wait: Countdown }) {
  return (
    <p ref={useInSight(wait)} className="notice">
      <WaitText text={text} wait={wait} />
    </p>
  );
}

/** Moved into sight when it comes up: on a phone, what was pressed may be far below. */
function useInSight(notice: unknown) {
  const ref = useRef<HTMLParagraphElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: brought into sight once for each notice
  useEffect(() => {
    ref.current?.scrollIntoView({ block: 'nearest' });
  }, [notice]);
  return ref;
}
