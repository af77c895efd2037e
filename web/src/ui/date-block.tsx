import { useWords } from '../language/words.ts';

export function DateBlock({ date }: { readonly date: string }) {
  const { write } = useWords();
  return (
    <div className="date-block" aria-hidden="true">
      <span>{write.month(date)}</span>
      <strong>{write.day(date)}</strong>
    </div>
  );
}
