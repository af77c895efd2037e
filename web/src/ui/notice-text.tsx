import { useEffect, useRef } from 'react';

/** Why something was not done. Moved into sight when it comes up: on a phone, what was pressed may be far below. */
export function NoticeText({ text }: { readonly text: string }) {
  const notice = useRef<HTMLParagraphElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words are another notice
  useEffect(() => {
    notice.current?.scrollIntoView({ block: 'nearest' });
  }, [text]);
  return (
    <p ref={notice} className="notice" role="alert">
      {text}
    </p>
  );
}
