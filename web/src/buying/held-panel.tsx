import { useWords } from '../language/words.ts';
import { useSelected, useStore } from '../state/use-store.ts';
import { BankDialog } from './bank-dialog.tsx';
import type { PanelProps } from './buying-panel.tsx';
import { SeatLines } from './seat-lines.tsx';
import type { Held } from './state.ts';
import type { Paying } from './use-paying.tsx';

interface Props extends PanelProps {
  readonly phase: Held;
  readonly paying: Paying;
}

export function HeldPanel({ plan, map, buying, phase, paying }: Props) {
  const { say, write } = useWords();
  const { held } = useStore(buying.state);
  const isMapStale = useSelected(map, ({ state }) => state === 'stale');
  const { total } = phase.followed.reservation;
  const isIdle = phase.busy === null;
  return (
    <>
      <div className="panel-head">
        <h2>{say.held.title}</h2>
        <button type="button" className="quiet" aria-disabled={!isIdle} onClick={() => void buying.hold.letGo()}>
          {phase.busy === 'lettingGo' ? say.held.lettingGo : say.held.letGo}
        </button>
      </div>
      {(phase.isStale || isMapStale) && <p className="hint">{say.held.stale}</p>}
      <SeatLines
        plan={plan}
        seats={held}
        kind="held"
        onRemove={isIdle && held.length > 1 ? (seat) => void buying.hold.letGo([seat]) : null}
        removeLabel={say.held.letGoOf}
      />
      <p className="sum">
        <span>{say.choice.total}</span>
        <strong>{write.money(total)}</strong>
      </p>
      {paying.fields}
      {phase.isAtBank && (
        <BankDialog onAnswer={(token) => void buying.hold.pay(token)} onClose={() => buying.hold.setAtBank(false)} />
      )}
    </>
  );
}
