import { useWords } from '../language/words.ts';
import { sumOf } from '../plan/plan.ts';
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
  const { say, write } = useWords();
  const { chosen } = useStore(buying);
  const isOpen = salesStatus === 'ON_SALE';
  return (
    <>
      <div className="panel-head">
        <h2>{say.choice.title}</h2>
        {chosen.length > 0 && !isReserving && (
          <button type="button" className="quiet" onClick={() => buying.clear()}>
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
        onRemove={isReserving ? null : (seat) => buying.toggle(seat)}
      />
      {chosen.length > 0 && (
        <div className="panel-foot">
          <p className="sum">
            <span>
              {say.choice.total} · {say.choice.count(chosen.length)}
            </span>
            <strong>{write.money(sumOf(plan, chosen))}</strong>
          </p>
          <button
            type="button"
            className="button primary wide"
            disabled={!isOpen}
            aria-disabled={isReserving}
            onClick={() => void buying.reserve()}
          >
            {isReserving ? say.choice.reserving : say.choice.reserve}
          </button>
          <p className="hint">{say.choice.holdsFor(sayTime(plan.event.reservationSeconds, say))}</p>
        </div>
      )}
    </>
  );
}
