import { useWords } from '../language/words.ts';
import { useSelected, useStore } from '../state/use-store.ts';
import type { PanelProps } from './buying-panel.tsx';
import { CountdownClock } from './countdown-clock.tsx';
import { Payment } from './payment.tsx';
import { SeatLines } from './seat-lines.tsx';
import type { Phase } from './state.ts';

type Held = Extract<Phase, { step: 'held' }>;

export function HeldPanel({ plan, map, buying, phase }: PanelProps & { readonly phase: Held }) {
  const { say, write } = useWords();
  const { held } = useStore(buying);
  const isMapStale = useSelected(map, ({ state }) => state === 'stale');
  const { reservation, countdown } = phase.followed;
  const isIdle = phase.busy === null;
  return (
    <>
      <div className="panel-head">
        <h2>{say.held.title}</h2>
        <button type="button" className="quiet" aria-disabled={!isIdle} onClick={() => void buying.letGo()}>
          {phase.busy === 'lettingGo' ? say.held.lettingGo : say.held.letGo}
        </button>
      </div>
      <CountdownClock
        countdown={countdown}
        extensionsLeft={reservation.extensionsLeft}
        isExtending={phase.busy === 'extending'}
        isIdle={isIdle}
        onExtend={() => void buying.extend()}
      />
      {(phase.isStale || isMapStale) && <p className="hint">{say.held.stale}</p>}
      <SeatLines
        plan={plan}
        seats={held}
        kind="held"
        onRemove={isIdle && held.length > 1 ? (seat) => void buying.letGo([seat]) : null}
        removeLabel={say.held.letGoOf}
      />
      <div className="panel-foot">
        <p className="sum">
          <span>{say.choice.total}</span>
          <strong>{write.money(reservation.total)}</strong>
        </p>
        <Payment
          total={reservation.total}
          isPaying={phase.busy === 'paying'}
          isIdle={isIdle}
          onPay={(token) => void buying.pay(token)}
        />
      </div>
    </>
  );
}
