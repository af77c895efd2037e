import { useWords } from '../language/words.ts';
import type { PanelProps } from './buying-panel.tsx';
import { SeatLines } from './seat-lines.tsx';
import type { Phase } from './state.ts';

type Ended = Extract<Phase, { step: 'ended' }>;

/** A reservation that was let go of, or whose time ran out. */
export function EndedPanel({ plan, buying, phase }: PanelProps & { readonly phase: Ended }) {
  const { say } = useWords();
  const isExpired = phase.how === 'EXPIRED';
  return (
    <>
      <div className="panel-head">
        <h2>{isExpired ? say.ended.expired : say.ended.cancelled}</h2>
      </div>
      <p className="hint">{isExpired ? say.ended.expiredText : say.ended.cancelledText}</p>
      <SeatLines plan={plan} seats={phase.seats} kind="AVAILABLE" onRemove={null} />
      <div className="panel-foot">
        <button type="button" className="button primary wide" onClick={() => buying.choose(phase.seats)}>
          {say.ended.chooseAgain}
        </button>
        <button type="button" className="button wide" onClick={() => buying.clear()}>
          {say.ended.chooseOthers}
        </button>
      </div>
    </>
  );
}
