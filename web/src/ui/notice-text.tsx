import type { Countdown } from '@holdfast/client';
import { useInSight } from './use-in-sight.ts';
import { WaitText } from './wait-text.tsx';

/** Why something was not done. */
export function NoticeText({ text }: { readonly text: string }) {
  const line = useInSight<HTMLParagraphElement>(text);
  return (
    <p ref={line} className="notice" role="alert">
      {text}
    </p>
  );
}

/** Why something was not done, and when it can be retried. */
export function WaitNotice({ text, wait }: { readonly text: string; readonly wait: Countdown }) {
  const line = useInSight<HTMLParagraphElement>(wait);
  return (
    <p ref={line} className="notice">
      <WaitText text={text} wait={wait} />
    </p>
  );
}
