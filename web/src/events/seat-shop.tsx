import { useEffect, useMemo, useState } from 'react';
import { Buying } from '../buying/buying.ts';
import { BuyingPanel } from '../buying/buying-panel.tsx';
import { ownSeatsOf } from '../buying/own-seats.ts';
import { sayNews } from '../buying/say-news.ts';
import type { Lost } from '../buying/state.ts';
import { useWords, type Words } from '../language/words.ts';
import { ConnectionBanner } from '../map/connection-banner.tsx';
import type { Mark } from '../map/draw-marks.ts';
import { Legend } from '../map/legend.tsx';
import { SeatMapCanvas } from '../map/seat-map-canvas.tsx';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import { SeatList } from '../seats/seat-list.tsx';
import { useClient } from '../session/use-session.ts';
import { announce } from '../state/announcer.ts';
import { useLatest } from '../state/use-latest.ts';
import { useStore } from '../state/use-store.ts';
import { useTitle } from '../ui/use-title.ts';
import { EventHeading } from './event-heading.tsx';
import { useSalesStatus } from './use-sales-status.ts';

/** One event: its seats as a map or a list, and the viewer's actions. */
export function SeatShop({ plan }: { readonly plan: Plan }) {
  const client = useClient();
  const words = useWords();
  const currentWords = useLatest(words);
  const { map, buying } = useMemo(() => {
    const map = client.seatMap(plan.event.id);
    const tell = (news: Parameters<typeof sayNews>[0]) => announce(sayNews(news, currentWords.current, plan));
    return { map, buying: new Buying({ client, plan, map, tell }) };
  }, [client, plan, currentWords]);
  useEffect(() => buying.start(), [buying]);
  useTitle(plan.event.name);

  const [view, setView] = useState<'map' | 'list'>('map');
  const [shown, setShown] = useState<readonly PlanSeat[]>([]);
  const state = useStore(buying.state);
  const own = useMemo(() => ownSeatsOf(state), [state]);
  const marks = useMemo(() => marksOf(state.lost, words), [state.lost, words]);
  // The reservation's id, which does not change with its messages.
  const heldId = state.phase.step === 'held' ? state.phase.followed.reservation.id : null;
  useEffect(() => {
    if (heldId !== null) setShown(buying.state.getSnapshot().held);
  }, [heldId, buying]);
  const [salesStatus, setSalesStatus] = useSalesStatus(plan.event);
  useEffect(() => {
    if (state.notice?.kind === 'salesNotOpen') setSalesStatus(state.notice.salesStatus);
  }, [state.notice, setSalesStatus]);
  return (
    <div className="shop">
      <EventHeading plan={plan} map={map} salesStatus={salesStatus} view={view} onView={setView} />
      <section className="seats" aria-label={view === 'map' ? words.say.map.asMap : words.say.list.label}>
        <ConnectionBanner map={map} />
        {view === 'map' ? (
          <>
            <SeatMapCanvas
              plan={plan}
              map={map}
              own={own}
              reveal={shown}
              marks={marks}
              onChoose={(seat) => buying.choice.toggle(seat)}
            />
            <Legend plan={plan} map={map} />
          </>
        ) : (
          <SeatList plan={plan} map={map} own={own} onChoose={(seat) => buying.choice.toggle(seat)} />
        )}
      </section>
      <BuyingPanel plan={plan} map={map} buying={buying} salesStatus={salesStatus} onReveal={setShown} />
    </div>
  );
}

function marksOf(lost: Lost | null, { say }: Words): readonly Mark[] {
  if (lost === null) return [];
  return [
    { kind: 'offered', seats: lost.nearby, text: say.map.offered },
    { kind: 'lost', seats: lost.seats, text: say.map.lost },
  ];
}
