import type { BookingDetailsFragment } from '@holdfast/client';
import { useWords } from '../language/words.ts';
import { DateBlock } from '../ui/date-block.tsx';

export function BookingTicket({ booking }: { readonly booking: BookingDetailsFragment }) {
  const { say, write } = useWords();
  const { event, seats, reference, total, status } = booking;
  return (
    <li className="ticket">
      <DateBlock when={event} />
      <div className="ticket-text">
        <h3>{event.name}</h3>
        <p>
          {write.dateAndTime(event)} · {event.venue}
        </p>
        <ul>
          {seats.map((seat) => (
            <li key={seat.id}>{say.seat(seat)}</li>
          ))}
        </ul>
      </div>
      <div className="ticket-stub">
        <span>{say.booked.reference}</span>
        <strong>{reference}</strong>
        <span>{write.money(total)}</span>
        {status === 'CANCELLED' && <span className="chip">{say.tickets.bookingCancelled}</span>}
      </div>
    </li>
  );
}
