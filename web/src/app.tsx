import { Route, Switch } from 'wouter';
import { EventPage } from './events/event-page.tsx';
import { EventsPage } from './events/events-page.tsx';
import { useWords } from './language/words.ts';
import { CreateEventPage } from './organizer/create-event-page.tsx';
import { ManageEventPage } from './organizer/manage-event-page.tsx';
import { OrganizerPage } from './organizer/organizer-page.tsx';
import { TicketsPage } from './tickets/tickets-page.tsx';
import { Header } from './ui/header.tsx';
import { LiveRegion } from './ui/live-region.tsx';
import { NotFound } from './ui/not-found.tsx';
import { useTopAtEachPlace } from './ui/use-top-at-each-place.ts';

/** Its addresses must also be served by `src/server/page.ts`. */
export function App() {
  const { say } = useWords();
  const content = useTopAtEachPlace();
  return (
    <>
      <a className="skip" href="#content">
        {say.skipToContent}
      </a>
      <Header />
      <main id="content" ref={content} tabIndex={-1}>
        <Switch>
          <Route path="/" component={EventsPage} />
          <Route path="/events/:id">{({ id }) => <EventPage key={id} id={id} />}</Route>
          <Route path="/tickets" component={TicketsPage} />
          <Route path="/organizer" component={OrganizerPage} />
          <Route path="/organizer/new" component={CreateEventPage} />
          <Route path="/organizer/events/:id">{({ id }) => <ManageEventPage key={id} id={id} />}</Route>
          <Route>
            <NotFound text={say.notFound} />
          </Route>
        </Switch>
      </main>
      <LiveRegion />
    </>
  );
}
