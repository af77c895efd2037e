import { useStore } from '../state/use-store.ts';
import type { PanelProps } from './buying-panel.tsx';
import { CountdownClock } from './countdown-clock.tsx';
import { CutOff } from './cut-off.tsx';
import { PayButton } from './payment.tsx';
import type { Held } from './state.ts';
import type { Paying } from './use-paying.tsx';

interface Props extends PanelProps {
  readonly phase: Held;
  readonly paying: Paying;
}

/** Remaining time, and the button to pay. Always in sight. */
export function HeldBar({ buying, phase, paying }: Props) {
  const { reservation, countdown } = phase.followed;
  const { isCutOff } = useStore(buying.state);
  const isIdle = phase.busy === null;
  return (
    <div className="bar">
      {isCutOff && <CutOff />}
      <CountdownClock
        countdown={countdown}
        extensionsLeft={reservation.extensionsLeft}
        isExtending={phase.busy === 'extending'}
        isIdle={isIdle}
        onExtend={() => void buying.hold.extend()}
      />
      <PayButton
        total={reservation.total}
        isPaying={phase.busy === 'paying'}
        isIdle={isIdle && paying.pay !== null}
        onPay={() => void paying.pay?.()}
      />
    </div>
  );
}
