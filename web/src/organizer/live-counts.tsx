import type { LiveStore, SeatMapState } from '@holdfast/client';
import { useWords } from '../language/words.ts';
import { useSelected } from '../state/use-store.ts';

const shown = ['total', 'available', 'reserved', 'booked', 'blocked'] as const;

export function LiveCounts({ map }: { readonly map: LiveStore<SeatMapState> }) {
  const { say, write } = useWords();
  const counts = useSelected(map, ({ data }) => data?.availability ?? null);
  return (
    <section>
      <h2>{say.organizer.counts}</h2>
      <dl className="counts">
        {shown.map((each) => (
          <div key={each}>
            <dt>{say.organizer[each]}</dt>
            <dd>{counts ? write.number(counts[each]) : '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
