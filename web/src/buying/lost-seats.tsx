import { useWords } from '../language/words.ts';
import { useInSight } from '../ui/use-in-sight.ts';
import type { PanelProps } from './buying-panel.tsx';
import { SeatLines } from './seat-lines.tsx';
import type { Lost } from './state.ts';

/** Seats that somebody else has taken, and free ones nearby. */
export function LostSeats({ plan, buying, lost, onReveal }: PanelProps & { readonly lost: Lost }) {
  const { say, write } = useWords();
  const box = useInSight<HTMLElement>(lost);
  const take = () => {
    buying.choice.add(lost.nearby);
    onReveal(lost.nearby);
  };
  return (
    <section ref={box} className="lost">
      <div className="panel-head">
        <h2>{say.notices.fasterTitle}</h2>
        <button type="button" className="remove" aria-label={say.close} onClick={() => buying.choice.dismissLost()}>
          ×
        </button>
      </div>
      <p>{say.notices.faster(write.list(lost.seats.map(say.seat)), lost.seats.length)}</p>
      {lost.nearby.length === 0 ? (
        <p className="hint">{say.notices.noneNearby}</p>
      ) : (
        <>
          <p className="hint">{say.notices.nearby}</p>
          <SeatLines plan={plan} seats={lost.nearby} kind="AVAILABLE" onRemove={null} />
          <button type="button" className="button primary wide" onClick={take}>
            {say.notices.takeThese(lost.nearby.length)}
          </button>
        </>
      )}
    </section>
  );
}
