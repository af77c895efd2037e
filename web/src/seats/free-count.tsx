import type { LiveStore, SeatMapState } from '@holdfast/client';
import { useMemo } from 'react';
import { useWords } from '../language/words.ts';
import type { PlanRow } from '../plan/plan.ts';
import { useSelected } from '../state/use-store.ts';

/** '12 of 40 free', live. */
export function FreeCount({
  map,
  seats: rows,
}: {
  readonly map: LiveStore<SeatMapState>;
  readonly seats: readonly PlanRow[];
}) {
  const { say, write } = useWords();
  const indexes = useMemo(() => rows.flatMap(({ seats }) => seats.map(({ index }) => index)), [rows]);
  const free = useSelected(map, ({ data }) => {
    if (data === null) return null;
    let count = 0;
    for (const index of indexes) if (data.statuses[index] === 0) count += 1;
    return count;
  });
  if (free === null) return null;
  return <span className="free-count">{say.list.freeOf(write.number(free), write.number(indexes.length))}</span>;
}
