import { statusAt } from '@holdfast/client';
import { useWords } from '../language/words.ts';
import { useSelected } from '../state/use-store.ts';
import type { PanelProps } from './buying-panel.tsx';
import { SeatLines } from './seat-lines.tsx';
import type { Phase } from './state.ts';

type Ended = Extract<Phase, { step: 'ended' }>;

/** A reservation that was cancelled, has expired, or no longer belongs to this viewer. */
export function EndedPanel({ plan, map, buying, phase }: PanelProps & { readonly phase: Ended }) {
  const { say } = useWords();
  // The reservation's message may come before that of its seats.
  const isFree = useSelected(map, ({ data }) =>
    phase.seats.some(({ index }) => data && statusAt(data.statuses, index) === 'AVAILABLE'),
  );
  const [title, text] = {
    EXPIRED: [say.ended.expired, say.ended.expiredText],
    CANCELLED: [say.ended.cancelled, say.ended.cancelledText],
    LOST_SIGHT: [say.ended.lostSight, say.ended.lostSightText],
  }[phase.how];
  return (
    <>
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <p className="hint">{text}</p>
      <SeatLines plan={plan} seats={phase.seats} kind="AVAILABLE" onRemove={null} />
      <div className="panel-foot">
        {phase.how !== 'LOST_SIGHT' && (
          <button
            type="button"
            className="button primary wide"
            aria-disabled={!isFree}
            onClick={() => isFree && buying.choice.add(phase.seats)}
          >
            {say.ended.chooseAgain}
          </button>
        )}
        <button type="button" className="button wide" onClick={() => buying.choice.clear()}>
          {say.ended.chooseOthers}
        </button>
      </div>
    </>
  );
}
