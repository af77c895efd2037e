import { Link } from 'wouter';
import { useAvailability } from '../events/use-availability.ts';
import type { ListedEvent } from '../events/use-events.ts';
import { useWords } from '../language/words.ts';
import { AvailabilityBar } from '../ui/availability-bar.tsx';
import { DateBlock } from '../ui/date-block.tsx';
import { SalesChip } from '../ui/sales-chip.tsx';

export function ManagedEvent({ event }: { readonly event: ListedEvent }) {
  const { write } = useWords();
  const { ref, counts, isStale } = useAvailability(event.id, event.availability);
  return (
    <li className="event-card" ref={ref}>
      <DateBlock when={event} />
      <div className="event-card-text">
        <h2>
          <Link href={`/organizer/events/${event.id}`}>{event.name}</Link>
        </h2>
        <p>
          {write.dateAndTime(event)} · {event.venue}
        </p>
      </div>
      <div className="event-card-side">
        <SalesChip status={event.salesStatus} />
        <AvailabilityBar counts={counts} isStale={isStale} />
      </div>
    </li>
  );
}
