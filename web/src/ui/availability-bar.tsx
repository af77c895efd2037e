import type { AvailabilityCountsFragment } from 'holdfast/client';
import { useWords } from '../language/words.ts';

/** How many seats are free, as words and as a bar. */
export function AvailabilityBar({ counts }: { readonly counts: AvailabilityCountsFragment }) {
  const { say, write } = useWords();
  const { available, total } = counts;
  const text = available === 0 ? say.events.soldOut : say.events.free(write.number(available), write.number(total));
  return (
    <div className="availability">
      <meter min={0} max={total} value={available} aria-hidden="true" />
      <span>{text}</span>
    </div>
  );
}
