import type { ReactNode } from 'react';

interface Props {
  readonly text: ReactNode;
  readonly children?: ReactNode;
}

/** In the place of a page's content: it loads, is empty, or cannot be had. */
export function Message({ text, children }: Props) {
  return (
    <div className="message">
      <p>{text}</p>
      {children}
    </div>
  );
}
