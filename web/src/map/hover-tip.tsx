import type { Point } from './camera.ts';

/** Describes the seat under the mouse. The keyboard's seat is announced instead. */
export function HoverTip({ at, text }: { readonly at: Point; readonly text: string }) {
  return (
    <div className="hover-tip" aria-hidden="true" style={{ transform: `translate(${at.x}px, ${at.y}px)` }}>
      <span>{text}</span>
    </div>
  );
}
