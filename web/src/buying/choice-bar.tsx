import { useWords } from '../language/words.ts';
import { sumOf } from '../plan/plan.ts';
import { useStore } from '../state/use-store.ts';
import type { PanelProps } from './buying-panel.tsx';
import { CutOff } from './cut-off.tsx';

/** Price of the chosen seats, and the button to reserve them. Always in sight. */
export function ChoiceBar({ plan, buying, salesStatus, isReserving }: PanelProps & { readonly isReserving: boolean }) {
  const { say, write } = useWords();
  const { chosen, isCutOff } = useStore(buying.state);
  if (chosen.length === 0) return null;
  return (
    <div className="bar">
      {isCutOff && <CutOff />}
      <p className="sum">
        <span>
          {say.choice.total} · {say.choice.count(chosen.length)}
        </span>
        <strong>{write.money(sumOf(plan, chosen))}</strong>
      </p>
      <button
        type="button"
        className="button primary"
        disabled={salesStatus !== 'ON_SALE'}
        aria-disabled={isReserving}
        onClick={() => void buying.reserve()}
      >
        {isReserving ? say.choice.reserving : say.choice.reserve}
      </button>
    </div>
  );
}
