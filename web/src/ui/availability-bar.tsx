import type { AvailabilityCountsFragment } from '@holdfast/client';
import { useWords } from '../language/words.ts';

/** The number of free seats, as text and as a bar. */
export function AvailabilityBar({
  counts,
  isStale = false,
}: {
  readonly counts: AvailabilityCountsFragment;
  readonly isStale?: boolean;
}) {
  const { say, write } = useWords();
  const { available, total } = counts;
  const text = available === 0 ? say.events.soldOut : say.events.free(write.number(available), write.number(total));
  return (
    <div className={isStale ? 'availability stale' : 'availability'}>
      <meter min={0} max={total} value={available} aria-hidden="true" />
      <span>{text}</span>
      {isStale && <strong>{say.events.notLive}</strong>}
    </div>
  );
}
