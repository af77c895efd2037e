import { MyBookingsDocument, MyReservationsDocument } from '@holdfast/client';
import { useCallback } from 'react';
import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { useClient } from '../session/use-session.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { Failed } from '../ui/failed.tsx';
import { Message } from '../ui/message.tsx';
import { useTitle } from '../ui/use-title.ts';
import { BookingTicket } from './booking-ticket.tsx';
import { ReservationTicket } from './reservation-ticket.tsx';

const SHOWN = 50;

/** The viewer's reservations and bookings. */
export function TicketsPage() {
  const { say } = useWords();
  useTitle(say.tickets.title);
  const { loaded, reload } = useTickets();
  return (
    <div className="page">
      <div className="page-title">
        <h1>{say.tickets.title}</h1>
      </div>
      {loaded.state === 'loading' && <Message text={say.loading} />}
      {loaded.state === 'failed' && <Failed error={loaded.error} onRetry={reload} />}
      {loaded.state === 'ready' && <Tickets {...loaded.data} onChange={reload} />}
    </div>
  );
}

function useTickets() {
  const client = useClient();
  const load = useCallback(
    async (signal: AbortSignal) => {
      const [{ viewer: holder }, { viewer: owner }] = await Promise.all([
        client.query(MyReservationsDocument, { first: SHOWN }, { signal }),
        client.query(MyBookingsDocument, { first: SHOWN }, { signal }),
      ]);
      return {
        reservations: holder?.reservations.edges.map(({ node }) => node) ?? [],
        bookings: owner?.bookings.edges.map(({ node }) => node) ?? [],
      };
    },
    [client],
  );
  return useLoaded(load);
}

type Data = Extract<ReturnType<typeof useTickets>['loaded'], { state: 'ready' }>['data'];

function Tickets({ reservations, bookings, onChange }: Data & { readonly onChange: () => void }) {
  const { say } = useWords();
  const active = reservations.filter(({ status }) => status === 'ACTIVE');
  const over = reservations.filter(({ status }) => status === 'EXPIRED' || status === 'CANCELLED');
  if (active.length + over.length + bookings.length === 0) {
    return (
      <Message text={say.tickets.none}>
        <p className="hint">{say.tickets.noneText}</p>
        <Link href="/" className="button primary">
          {say.nav.events}
        </Link>
      </Message>
    );
  }
  return (
    <>
      {active.length > 0 && (
        <section>
          <h2>{say.tickets.reservations}</h2>
          <ul className="tickets">
            {active.map((reservation) => (
              <ReservationTicket key={reservation.id} id={reservation.id} atFirst={reservation} onOver={onChange} />
            ))}
          </ul>
        </section>
      )}
      {bookings.length > 0 && (
        <section>
          <h2>{say.tickets.bookings}</h2>
          <ul className="tickets">
            {bookings.map((booking) => (
              <BookingTicket key={booking.id} booking={booking} />
            ))}
          </ul>
        </section>
      )}
      {over.length > 0 && (
        <section>
          <h2>{say.tickets.over}</h2>
          <ul className="tickets past">
            {over.map(({ id, event, seats, status }) => (
              <li key={id} className="ticket">
                <div className="ticket-text">
                  <h3>{event.name}</h3>
                  <p>{seats.map(say.seat).join(' · ')}</p>
                </div>
                <span className="chip">{say.tickets.status[status]}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
