import type { BookingDetailsFragment } from '@holdfast/client';
import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { seatsAt } from '../plan/plan.ts';
import type { PanelProps } from './buying-panel.tsx';
import { SeatLines } from './seat-lines.tsx';

export function BookedPanel({ plan, buying, booking }: PanelProps & { readonly booking: BookingDetailsFragment }) {
  const { say, write } = useWords();
  return (
    <>
      <div className="panel-head">
        <h2>{say.booked.title}</h2>
      </div>
      <div className="reference">
        <span>{say.booked.reference}</span>
        <strong>{booking.reference}</strong>
        <span>{say.booked.enjoy}</span>
      </div>
      <SeatLines plan={plan} seats={seatsAt(plan, booking.seats)} kind="bookedByYou" onRemove={null} />
      <div className="panel-foot">
        <p className="sum">
          <span>{say.choice.total}</span>
          <strong>{write.money(booking.total)}</strong>
        </p>
        <Link href="/tickets" className="button primary wide">
          {say.booked.toTickets}
        </Link>
        <button type="button" className="button wide" onClick={() => buying.choice.clear()}>
          {say.booked.another}
        </button>
      </div>
    </>
  );
}
