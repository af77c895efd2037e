import type { LiveStore, SeatMapState } from '@holdfast/client';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useWords } from '../language/words.ts';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import type { Direction } from '../plan/steps.ts';
import { announce } from '../state/announcer.ts';
import { useLatest } from '../state/use-latest.ts';
import { useSelected } from '../state/use-store.ts';
import type { Point } from './camera.ts';
import type { Mark } from './draw-marks.ts';
import { HoverTip } from './hover-tip.tsx';
import { looksOf, type OwnSeats } from './looks.ts';
import { MapView } from './map-view.ts';
import { saySeat } from './say-seat.ts';
import { theme } from './theme.ts';

interface Props {
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  readonly own: OwnSeats;
  /** Moved into sight whenever it is another array. */
  readonly reveal: readonly PlanSeat[];
  readonly marks: readonly Mark[];
  readonly onChoose: (seat: PlanSeat) => void;
}

const arrows: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

interface Hover {
  readonly seat: number;
  readonly at: Point;
}

export function SeatMapCanvas({ plan, map, own, reveal, marks, onChoose }: Props) {
  const words = useWords();
  const { say } = words;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<MapView | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [isForFingers, setForFingers] = useState(true);
  const isStale = useSelected(map, ({ state }) => state === 'stale');

  const describe = (seat: PlanSeat) => saySeat(seat, { plan, map, own }, words);
  const handlers = useLatest({
    onChoose: (index: number) => {
      const seat = plan.seats[index];
      if (seat) onChoose(seat);
    },
    onHover: setHover,
    onCursor: (index: number) => {
      const seat = plan.seats[index];
      if (seat) announce(describe(seat));
    },
    onTapZoomed: () => announce(say.map.tapToZoom),
  });
  const currentOwn = useLatest(own);

  useEffect(() => {
    if (canvas.current === null) return;
    const looks = () => looksOf(plan, map.getSnapshot().data?.statuses ?? null, currentOwn.current);
    const made = new MapView(canvas.current, plan, looks(), theme.getSnapshot(), {
      onChoose: (seat) => handlers.current.onChoose(seat),
      onHover: (at) => handlers.current.onHover(at),
      onCursor: (seat) => handlers.current.onCursor(seat),
      onTapZoomed: () => handlers.current.onTapZoomed(),
      onSize: setForFingers,
    });
    view.current = made;
    const stops = [map.subscribe(() => made.look(looks())), theme.subscribe(() => made.dress(theme.getSnapshot()))];
    return () => {
      for (const stop of stops) stop();
      made.dispose();
      view.current = null;
    };
  }, [plan, map, handlers, currentOwn]);
  useEffect(() => {
    view.current?.look(looksOf(plan, map.getSnapshot().data?.statuses ?? null, own));
  }, [plan, map, own]);
  useEffect(() => view.current?.reveal(reveal), [reveal]);
  useEffect(() => view.current?.mark(marks), [marks]);

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = arrows[event.key];
    const cursor = view.current?.cursor ?? null;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (direction) view.current?.step(direction);
    else if (event.key === '+' || event.key === '=') view.current?.zoomIn();
    else if (event.key === '-') view.current?.zoomOut();
    else if (event.key === '0' || event.key === 'Home') view.current?.showAll();
    else if ((event.key === 'Enter' || event.key === ' ') && cursor !== null) handlers.current.onChoose(cursor);
    else return;
    event.preventDefault();
  };

  const hovered = hover && plan.seats[hover.seat];
  return (
    // The role makes screen readers pass the arrow keys to the map.
    <div className={isStale ? 'map stale' : 'map'} role="application" aria-label={say.map.label(plan.event.name)}>
      <canvas
        ref={canvas}
        tabIndex={0}
        aria-label={say.map.asMap}
        aria-describedby="map-keys"
        onKeyDown={onKeyDown}
        onFocus={() => view.current?.showCursor(true)}
        onBlur={() => view.current?.showCursor(false)}
      />
      <p id="map-keys" className="visually-hidden">
        {say.map.keys}
      </p>
      {hover && hovered && <HoverTip at={hover.at} text={describe(hovered)} />}
      {!isForFingers && own.chosen.size + own.held.size === 0 && (
        <p className="map-hint" aria-hidden="true">
          {say.map.tapFirst}
        </p>
      )}
      <div className="map-buttons">
        <button type="button" aria-label={say.map.zoomIn} onClick={() => view.current?.zoomIn()}>
          +
        </button>
        <button type="button" aria-label={say.map.zoomOut} onClick={() => view.current?.zoomOut()}>
          −
        </button>
        <button type="button" aria-label={say.map.showAll} onClick={() => view.current?.showAll()}>
          ⤢
        </button>
      </div>
    </div>
  );
}
