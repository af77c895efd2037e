import type { LiveStore, SeatMapState, SeatStatus } from '@holdfast/client';
import { useState } from 'react';
import { useWords } from '../language/words.ts';
import type { OwnSeats } from '../map/looks.ts';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import { SectionOfList } from './section-of-list.tsx';

export interface SeatListProps {
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  readonly own: OwnSeats;
  /** Statuses in which a seat can be chosen. */
  readonly canChoose?: readonly SeatStatus[];
  readonly onChoose: (seat: PlanSeat) => void;
}

/** The seats of the map as a list of sections, rows and seats, with the same actions. */
export function SeatList(props: SeatListProps) {
  const { say } = useWords();
  const [onlyFree, setOnlyFree] = useState(true);
  return (
    <div className="seat-list">
      <label className="check">
        <input type="checkbox" checked={onlyFree} onChange={(event) => setOnlyFree(event.target.checked)} />
        {say.list.onlyFree}
      </label>
      {props.plan.sections.map((section) => (
        <SectionOfList key={section.index} {...props} section={section} onlyFree={onlyFree} />
      ))}
    </div>
  );
}
