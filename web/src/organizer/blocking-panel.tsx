import { NoticeLine } from '../buying/notice-line.tsx';
import { SeatLines } from '../buying/seat-lines.tsx';
import { useWords } from '../language/words.ts';
import type { Plan } from '../plan/plan.ts';
import { useStore } from '../state/use-store.ts';
import { NoticeText } from '../ui/notice-text.tsx';
import type { Blocking } from './blocking.ts';

interface Props {
  readonly plan: Plan;
  readonly blocking: Blocking;
}

export function BlockingPanel({ plan, blocking }: Props) {
  const { say } = useWords();
  const { chosen, isBusy, problem } = useStore(blocking);
  return (
    <section className="blocking">
      <div className="panel-head">
        <h2>{say.organizer.blockTitle}</h2>
        {chosen.length > 0 && (
          <button type="button" className="quiet" onClick={() => blocking.clear()}>
            {say.choice.clear}
          </button>
        )}
      </div>
      <p className="hint">{say.organizer.blockHelp}</p>
      {typeof problem === 'string' && <NoticeText text={say.organizer[problem]} />}
      {problem !== null && typeof problem === 'object' && <NoticeLine notice={problem} />}
      <SeatLines plan={plan} seats={chosen} kind="chosen" onRemove={isBusy ? null : (seat) => blocking.toggle(seat)} />
    </section>
  );
}

/** The action for the chosen seats. Always in sight. */
export function BlockingBar({ blocking }: Pick<Props, 'blocking'>) {
  const { say } = useWords();
  const { chosen, change, isBusy } = useStore(blocking);
  if (change === null) return null;
  return (
    <div className="bar">
      <button type="button" className="button primary" disabled={isBusy} onClick={() => void blocking.apply()}>
        {isBusy ? say.organizer.blocking : say.organizer[change](chosen.length)}
      </button>
    </div>
  );
}
