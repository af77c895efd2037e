import type { LiveStore, SalesStatus, SeatMapState } from '@holdfast/client';
import { Link } from 'wouter';
import { useWords } from '../language/words.ts';
import type { Plan } from '../plan/plan.ts';
import { useSelected } from '../state/use-store.ts';
import { AvailabilityBar } from '../ui/availability-bar.tsx';
import { SalesChip } from '../ui/sales-chip.tsx';

export type View = 'map' | 'list';

interface Props {
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  readonly salesStatus: SalesStatus;
  readonly view: View;
  readonly onView: (view: View) => void;
}

export function EventHeading({ plan, map, salesStatus, view, onView }: Props) {
  const { say, write } = useWords();
  const { event } = plan;
  const counts = useSelected(map, ({ data }) => data?.availability ?? null);
  return (
    <div className="event-heading">
      <div className="event-heading-text">
        <Link href="/" className="back">
          {say.backToEvents}
        </Link>
        <h1>{event.name}</h1>
        <p className="when-and-where">
          <time dateTime={event.startsAt}>{write.dateAndTime(event)}</time>
          <span>{event.venue}</span>
        </p>
      </div>
      {salesStatus !== 'ON_SALE' && <SalesChip status={salesStatus} />}
      {counts && <AvailabilityBar counts={counts} />}
      <ViewChoice view={view} onView={onView} />
    </div>
  );
}

export function ViewChoice({ view, onView }: Pick<Props, 'view' | 'onView'>) {
  const { say } = useWords();
  return (
    <fieldset className="switch" aria-label={say.map.view}>
      {(['map', 'list'] as const).map((each) => (
        <button key={each} type="button" aria-pressed={view === each} onClick={() => onView(each)}>
          {each === 'map' ? say.map.asMap : say.map.asList}
        </button>
      ))}
    </fieldset>
  );
}
