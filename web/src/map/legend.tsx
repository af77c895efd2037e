import type { LiveStore, SeatMapState } from '@holdfast/client';
import { useWords } from '../language/words.ts';
import type { Plan } from '../plan/plan.ts';
import { useSelected } from '../state/use-store.ts';
import { SeatIcon } from './seat-icon.tsx';

/** Prices of categories, numbers of free seats, and the meanings of signs. */
export function Legend({ plan, map }: { readonly plan: Plan; readonly map: LiveStore<SeatMapState> }) {
  const { say, write } = useWords();
  const free = useSelected(map, ({ data }) => (data ? freeByCategory(plan, data.statuses).join() : '')).split(',');
  const hasBlocked = useSelected(map, ({ data }) => (data?.availability.blocked ?? 0) > 0);
  const wheelchairPlace = plan.seats.find(({ accessible }) => accessible);
  const signs = ['chosen', 'RESERVED', 'BOOKED', ...(hasBlocked ? (['BLOCKED'] as const) : [])] as const;
  return (
    <ul className="legend" aria-label={say.map.legend}>
      {plan.categories.map(({ id, name, price }, category) => (
        <li key={id}>
          <SeatIcon plan={plan} category={category} kind="AVAILABLE" />
          <span>
            <strong>{name}</strong> {price ? write.money(price) : say.status.BLOCKED}
            {price && free[category] && (
              <span className="legend-free">
                {' '}
                · {write.number(Number(free[category]))} {say.status.AVAILABLE}
              </span>
            )}
          </span>
        </li>
      ))}
      {wheelchairPlace && (
        <li>
          <SeatIcon plan={plan} category={wheelchairPlace.category} kind="AVAILABLE" accessible />
          <span>{say.accessible}</span>
        </li>
      )}
      {signs.map((kind) => (
        <li key={kind}>
          <SeatIcon plan={plan} category={0} kind={kind} />
          <span>{kind === 'chosen' ? say.chosen : say.status[kind]}</span>
        </li>
      ))}
    </ul>
  );
}

function freeByCategory(plan: Plan, statuses: SeatMapState['statuses']): number[] {
  const counts = plan.categories.map(() => 0);
  for (const { index, category } of plan.seats) {
    if (statuses[index] === 0) counts[category] = (counts[category] ?? 0) + 1;
  }
  return counts;
}
