import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { AvailabilityBar } from '../ui/availability-bar.tsx';
import { DateBlock } from '../ui/date-block.tsx';
import { SalesChip } from '../ui/sales-chip.tsx';
import { useAvailability } from './use-availability.ts';
import type { ListedEvent } from './use-events.ts';

export function EventCard({ event }: { readonly event: ListedEvent }) {
  const { say, write } = useWords();
  const { ref, counts, isStale } = useAvailability(event.id, event.availability);
  const isOnSale = event.salesStatus === 'ON_SALE' && counts.available > 0;
  return (
    <li className="event-card" ref={ref}>
      <DateBlock when={event} />
      <div className="event-card-text">
        <h2>
          <Link href={`/events/${event.id}`}>{event.name}</Link>
        </h2>
        <p>{event.venue}</p>
        <p>
          <time dateTime={event.startsAt}>{write.dateAndTime(event)}</time>
        </p>
      </div>
      <div className="event-card-side">
        {event.salesStatus !== 'ON_SALE' && <SalesChip status={event.salesStatus} />}
        <AvailabilityBar counts={counts} isStale={isStale} />
        <span className={isOnSale ? 'button primary' : 'button'} aria-hidden="true">
          {isOnSale ? say.events.choose : say.events.look}
        </span>
      </div>
    </li>
  );
}
