import type { EventFilter } from '@holdfast/client';
import { useState } from 'react';
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

/** Includes drafts, and past events at the end. */
function ManagedEvents() {
  const { say } = useWords();
  const [past] = useState(recentPast);
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
      <EventList none={say.organizer.noEvents} />
      <EventList filter={past} title={say.organizer.past} />
    </div>
  );
}

const PAST_DAYS = 90;

function recentPast(): EventFilter {
  const now = Date.now();
  const from = new Date(now - PAST_DAYS * 24 * 60 * 60 * 1000);
  return { from: from.toISOString(), to: new Date(now).toISOString() };
}

interface ListProps {
  readonly filter?: EventFilter;
  readonly title?: string;
  /** Shown if there are none; nothing is shown without it. */
  readonly none?: string;
}

function EventList({ filter, title, none }: ListProps) {
  const { say } = useWords();
  const { events, state, error, hasMore, showMore, retry } = useEvents(filter);
  const isEmpty = events.length === 0;
  if (isEmpty && !none) return null;
  return (
    <section>
      {title && <h2>{title}</h2>}
      {state === 'failed' && <Failed error={error} onRetry={retry} />}
      {isEmpty && none && state === 'ready' && <Message text={none} />}
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
    </section>
  );
}
