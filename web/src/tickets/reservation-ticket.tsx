import { type Countdown, type ReservationDetailsFragment, startCountdown } from '@holdfast/client';
import { useEffect, useMemo } from 'react';
import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { useClient } from '../session/use-session.ts';
import { useStore } from '../state/use-store.ts';

interface Props {
  readonly id: string;
  readonly atFirst: ReservationDetailsFragment;
  /** Called when the reservation has ended. */
  readonly onOver: () => void;
}

/** A running reservation, live. */
export function ReservationTicket({ id, atFirst, onOver }: Props) {
  const { say, write } = useWords();
  const client = useClient();
  const live = useMemo(() => client.reservation(id), [client, id]);
  const firstCountdown = useMemo(() => startCountdown(atFirst.expiresInMs), [atFirst]);
  const { data } = useStore(live);
  const { reservation, countdown } = data ?? { reservation: atFirst, countdown: firstCountdown };
  const isOver = reservation.status !== 'ACTIVE';
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver, onOver]);
  return (
    <li className="ticket">
      <div className="ticket-text">
        <h3>{reservation.event.name}</h3>
        <ul>
          {reservation.seats.map((seat) => (
            <li key={seat.id}>{say.seat(seat)}</li>
          ))}
        </ul>
      </div>
      <div className="ticket-stub">
        <span>{say.held.timeLeft}</span>
        <TimeLeft countdown={countdown} />
        <span>{write.money(reservation.total)}</span>
        <Link href={`/events/${reservation.event.id}`} className="button primary">
          {say.held.goTo}
        </Link>
      </div>
    </li>
  );
}

function TimeLeft({ countdown }: { readonly countdown: Countdown }) {
  const { write } = useWords();
  return <strong role="timer">{write.countdown(useStore(countdown))}</strong>;
}
