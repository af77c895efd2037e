import { useState } from 'react';
import { useWords } from '../language/words.ts';
import type { PlanSection } from '../plan/plan.ts';
import { FreeCount } from './free-count.tsx';
import { RowOfList } from './row-of-list.tsx';
import type { SeatListProps } from './seat-list.tsx';

interface Props extends SeatListProps {
  readonly section: PlanSection;
  readonly onlyFree: boolean;
}

/** Renders its rows only while it is open, because a plan may have tens of thousands of seats. */
export function SectionOfList({ section, ...props }: Props) {
  const { say } = useWords();
  const [isOpen, setOpen] = useState(props.plan.sections.length === 1);
  const name = section.name || say.sectionWithoutName;
  return (
    <details className="list-section" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{name}</h2>
        <FreeCount map={props.map} seats={section.rows} />
      </summary>
      {isOpen && section.rows.map((row) => <RowOfList key={row.index} {...props} row={row} section={name} />)}
    </details>
  );
}
