import type { When } from '../language/formats.ts';
import { useWords } from '../language/words.ts';

export function DateBlock({ when }: { readonly when: When }) {
  const { write } = useWords();
  return (
    <div className="date-block" aria-hidden="true">
      <span>{write.month(when)}</span>
      <strong>{write.day(when)}</strong>
    </div>
  );
}
