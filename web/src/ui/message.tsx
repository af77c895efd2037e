import type { ReactNode } from 'react';

interface Props {
  readonly text: ReactNode;
  readonly children?: ReactNode;
}

/** Replaces a page's content while it loads, is empty, or has failed. */
export function Message({ text, children }: Props) {
  return (
    <div className="message">
      <p>{text}</p>
      {children}
    </div>
  );
}
