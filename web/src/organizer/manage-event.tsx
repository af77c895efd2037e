import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { type View, ViewChoice } from '../events/event-heading.tsx';
import { useWords } from '../language/words.ts';
import { ConnectionBanner } from '../map/connection-banner.tsx';
import type { Mark } from '../map/draw-marks.ts';
import { Legend } from '../map/legend.tsx';
import type { OwnSeats } from '../map/looks.ts';
import { SeatMapCanvas } from '../map/seat-map-canvas.tsx';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import { SeatList } from '../seats/seat-list.tsx';
import { useClient } from '../session/use-session.ts';
import { announce } from '../state/announcer.ts';
import { useLatest } from '../state/use-latest.ts';
import { useStore } from '../state/use-store.ts';
import { useTitle } from '../ui/use-title.ts';
import { Blocking, type Change } from './blocking.ts';
import { BlockingBar, BlockingPanel } from './blocking-panel.tsx';
import { LiveCounts } from './live-counts.tsx';
import { SalesControl } from './sales-control.tsx';

const nothing: ReadonlySet<number> = new Set();
const nowhere: readonly PlanSeat[] = [];
const noMarks: readonly Mark[] = [];

/** One event for its organizer: sales, counts, and blocking seats on the map. */
export function ManageEvent({ plan }: { readonly plan: Plan }) {
  const { say, write } = useWords();
  const client = useClient();
  const words = useLatest(say);
  useTitle(plan.event.name);
  const { map, blocking } = useMemo(() => {
    const map = client.seatMap(plan.event.id);
    const onDone = (change: Change, count: number) =>
      announce(words.current.organizer[change === 'block' ? 'didBlock' : 'didUnblock'](count));
    return { map, blocking: new Blocking({ client, plan, map, onDone }) };
  }, [client, plan, words]);
  const { chosen } = useStore(blocking);
  const own = useMemo<OwnSeats>(
    () => ({ chosen: new Set(chosen.map(({ index }) => index)), held: nothing, booked: nothing }),
    [chosen],
  );
  const [view, setView] = useState<View>('map');
  const seats = { plan, map, own, onChoose: (seat: PlanSeat) => blocking.toggle(seat) };
  return (
    <div className="shop">
      <div className="event-heading">
        <div className="event-heading-text">
          <Link href="/organizer" className="back">
            {say.organizer.title}
          </Link>
          <h1>{plan.event.name}</h1>
          <p className="when-and-where">
            <span>{write.dateAndTime(plan.event)}</span>
            <span>{plan.event.venue}</span>
          </p>
        </div>
        <Link href={`/events/${plan.event.id}`}>{say.organizer.buyersView}</Link>
        <ViewChoice view={view} onView={setView} />
      </div>
      <section className="seats" aria-label={view === 'map' ? say.map.asMap : say.list.label}>
        <ConnectionBanner map={map} />
        {view === 'map' ? (
          <>
            <SeatMapCanvas {...seats} reveal={nowhere} marks={noMarks} />
            <Legend plan={plan} map={map} />
          </>
        ) : (
          <SeatList {...seats} canChoose={['AVAILABLE', 'BLOCKED']} />
        )}
      </section>
      <aside className="panel" aria-label={say.organizer.title}>
        <SalesControl event={plan.event} />
        <LiveCounts map={map} />
        <BlockingPanel plan={plan} blocking={blocking} />
      </aside>
      <BlockingBar blocking={blocking} />
    </div>
  );
}
