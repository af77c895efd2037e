import { type SeatStatus, seatStatuses } from '@holdfast/client';
import { useWords } from '../language/words.ts';
import { sayOwn } from '../map/say-seat.ts';
import { Wheelchair } from '../map/wheelchair.tsx';
import type { PlanRow, PlanSeat } from '../plan/plan.ts';
import { priceOf } from '../plan/plan.ts';
import { useSelected } from '../state/use-store.ts';
import type { SeatListProps } from './seat-list.tsx';

interface Props extends SeatListProps {
  readonly row: PlanRow;
  readonly onlyFree: boolean;
}

const free: readonly SeatStatus[] = ['AVAILABLE'];

/** The seats of one row, rendered again only if a status in this row changes. */
export function SeatsOfRow({ row, onlyFree, ...props }: Props) {
  const { say, write } = useWords();
  const { plan, map, own, canChoose = free, onChoose } = props;
  const codes = useSelected(map, ({ data }) => row.seats.map(({ index }) => data?.statuses[index] ?? '').join());
  const statuses = codes.split(',').map((code): SeatStatus | undefined => seatStatuses[Number(code || -1)]);
  const isOwn = ({ index }: PlanSeat) => own.chosen.has(index) || own.held.has(index) || own.booked.has(index);
  const statusOf = (seat: PlanSeat) => statuses[row.seats.indexOf(seat)];
  const isChoosable = (seat: PlanSeat) => canChoose.some((status) => status === statusOf(seat));
  const shown = row.seats.filter((seat) => !onlyFree || isChoosable(seat) || isOwn(seat));
  const sayRest = (seat: PlanSeat) => {
    const status = statusOf(seat);
    return [
      plan.categories[seat.category]?.name,
      seat.accessible && say.accessible,
      sayOwn(seat, own, say) ?? (status && say.status[status]),
    ]
      .filter(Boolean)
      .join(', ');
  };
  if (shown.length === 0) return <p className="hint">{say.list.noneFree}</p>;
  return (
    <ul className="list-seats">
      {shown.map((seat) => (
        <li key={seat.id}>
          <button
            type="button"
            aria-pressed={own.chosen.has(seat.index)}
            aria-disabled={!isChoosable(seat) && !own.chosen.has(seat.index)}
            className={own.held.has(seat.index) || own.booked.has(seat.index) ? 'own' : undefined}
            onClick={() => onChoose(seat)}
          >
            <strong>
              <span className="visually-hidden">{say.seatWord} </span>
              {seat.number}
              {seat.accessible && <Wheelchair />}
            </strong>
            <span>{write.money(priceOf(plan, seat))}</span>
            <span className="visually-hidden">{sayRest(seat)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
