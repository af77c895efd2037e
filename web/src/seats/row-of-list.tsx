import { useMemo, useState } from 'react';
import { useWords } from '../language/words.ts';
import type { PlanRow } from '../plan/plan.ts';
import { FreeCount } from './free-count.tsx';
import type { SeatListProps } from './seat-list.tsx';
import { SeatsOfRow } from './seats-of-row.tsx';

interface Props extends SeatListProps {
  readonly row: PlanRow;
  readonly section: string;
  readonly onlyFree: boolean;
}

export function RowOfList({ row, section, ...props }: Props) {
  const { say } = useWords();
  const [isOpen, setOpen] = useState(false);
  const rows = useMemo(() => [row], [row]);
  return (
    <details className="list-row" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h3>
          <span className="visually-hidden">{section}, </span>
          {say.row(row)}
        </h3>
        <FreeCount map={props.map} seats={rows} />
      </summary>
      {isOpen && <SeatsOfRow {...props} row={row} />}
    </details>
  );
}
