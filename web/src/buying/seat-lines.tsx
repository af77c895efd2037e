import { useWords } from '../language/words.ts';
import type { Kind } from '../map/looks.ts';
import { SeatIcon } from '../map/seat-icon.tsx';
import { Wheelchair } from '../map/wheelchair.tsx';
import { type Plan, type PlanSeat, priceOf } from '../plan/plan.ts';

interface Props {
  readonly plan: Plan;
  readonly seats: readonly PlanSeat[];
  readonly kind: Kind;
  /** Removes a seat; null if none can be removed. */
  readonly onRemove: ((seat: PlanSeat) => void) | null;
  readonly removeLabel?: (seat: string) => string;
}

/** Seats with their prices, one per line. */
export function SeatLines({ plan, seats, kind, onRemove, removeLabel }: Props) {
  const { say, write } = useWords();
  return (
    <ul className="seat-lines">
      {seats.map((seat) => (
        <li key={seat.id}>
          <SeatIcon plan={plan} category={seat.category} kind={kind} />
          <span className="seat-line-text">
            {say.seat(seat)}
            <small>
              {plan.categories[seat.category]?.name}
              {seat.accessible && (
                <>
                  {' '}
                  · <Wheelchair /> {say.accessible}
                </>
              )}
            </small>
          </span>
          <span className="price">{write.money(priceOf(plan, seat))}</span>
          {onRemove && (
            <button
              type="button"
              className="remove"
              aria-label={(removeLabel ?? say.choice.remove)(say.seat(seat))}
              onClick={() => onRemove(seat)}
            >
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
