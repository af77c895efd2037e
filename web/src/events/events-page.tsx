import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import { Failed } from '../ui/failed.tsx';
import { Message } from '../ui/message.tsx';
import { useTitle } from '../ui/use-title.ts';
import { EventCard } from './event-card.tsx';
import { useEvents } from './use-events.ts';

export function EventsPage() {
  const { say } = useWords();
  const { events, state, error, hasMore, showMore, retry } = useEvents();
  useTitle(say.events.title);
  return (
    <div className="page">
      <div className="page-title">
        <h1>{say.events.title}</h1>
        <p>{say.tagline}</p>
      </div>
      {state === 'failed' && <Failed error={error} onRetry={retry} />}
      {state === 'loading' && events.length === 0 && <Message text={say.loading} />}
      {state === 'ready' && events.length === 0 && <Message text={say.events.none} />}
      <ul className="event-list">
        {events.map((event) => (
          <EventCard key={event.id} event={event} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="button" onClick={showMore} disabled={state === 'loading'}>
          {say.showMore}
        </button>
      )}
      <p className="footer">
        <Link href="/organizer">{say.nav.forOrganizers}</Link>
      </p>
    </div>
  );
}
