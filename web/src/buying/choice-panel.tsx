import { useWords } from '../language/words.ts';
import { useStore } from '../state/use-store.ts';
import type { PanelProps } from './buying-panel.tsx';
import { sayTime } from './say-news.ts';
import { SeatLines } from './seat-lines.tsx';

export function ChoicePanel({
  plan,
  buying,
  salesStatus,
  isReserving,
}: PanelProps & { readonly isReserving: boolean }) {
  const { say } = useWords();
  const { chosen } = useStore(buying.state);
  const isOpen = salesStatus === 'ON_SALE';
  return (
    <>
      <div className="panel-head">
        <h2>{say.choice.title}</h2>
        {chosen.length > 0 && !isReserving && (
          <button type="button" className="quiet" onClick={() => buying.choice.clear()}>
            {say.choice.clear}
          </button>
        )}
      </div>
      {!isOpen && <p className="hint">{say.salesNow[salesStatus]}</p>}
      {isOpen && chosen.length === 0 && (
        <ol className="steps">
          {say.choice.steps(sayTime(plan.event.reservationSeconds, say)).map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      <SeatLines
        plan={plan}
        seats={chosen}
        kind="chosen"
        onRemove={isReserving ? null : (seat) => buying.choice.toggle(seat)}
      />
      {chosen.length > 0 && <p className="hint">{say.choice.holdsFor(sayTime(plan.event.reservationSeconds, say))}</p>}
    </>
  );
}
