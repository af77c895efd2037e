import { Link } from 'wouter';
import { useEvents } from '../events/use-events.ts';
import { useWords } from '../language/words.ts';
import { signOut } from '../session/session.ts';
import { Failed } from '../ui/failed.tsx';
import { Message } from '../ui/message.tsx';
import { useTitle } from '../ui/use-title.ts';
import { ForOrganizers } from './for-organizers.tsx';
import { ManagedEvent } from './managed-event.tsx';

export function OrganizerPage() {
  const { say } = useWords();
  useTitle(say.organizer.title);
  return (
    <ForOrganizers>
      <ManagedEvents />
    </ForOrganizers>
  );
}

/** All events, drafts too. */
function ManagedEvents() {
  const { say } = useWords();
  const { events, state, error, hasMore, showMore, retry } = useEvents();
  return (
    <div className="page">
      <div className="page-title with-actions">
        <h1>{say.organizer.title}</h1>
        <button type="button" className="quiet" onClick={signOut}>
          {say.organizer.signOut}
        </button>
        <Link href="/organizer/new" className="button primary">
          {say.organizer.newEvent}
        </Link>
      </div>
      {state === 'failed' && <Failed error={error} onRetry={retry} />}
      {state === 'ready' && events.length === 0 && <Message text={say.organizer.noEvents} />}
      <ul className="event-list">
        {events.map((event) => (
          <ManagedEvent key={event.id} event={event} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="button" onClick={showMore} disabled={state === 'loading'}>
          {say.showMore}
        </button>
      )}
    </div>
  );
}
