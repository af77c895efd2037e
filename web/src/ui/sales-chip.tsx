import type { SalesStatus } from '@holdfast/client';
import { useWords } from '../language/words.ts';

export function SalesChip({ status }: { readonly status: SalesStatus }) {
  const { say } = useWords();
  return <span className={`chip chip-${status.toLowerCase()}`}>{say.sales[status]}</span>;
}
