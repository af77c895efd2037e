import type { LiveStore, SalesStatus, SeatMapState } from '@holdfast/client';
import { useWords } from '../language/words.ts';
import type { Plan, PlanSeat } from '../plan/plan.ts';
import { useStore } from '../state/use-store.ts';
import { useFocusKept } from '../ui/use-focus-kept.ts';
import { BookedPanel } from './booked-panel.tsx';
import type { Buying } from './buying.ts';
import { ChoiceBar } from './choice-bar.tsx';
import { ChoicePanel } from './choice-panel.tsx';
import { EndedPanel } from './ended-panel.tsx';
import { HeldBar } from './held-bar.tsx';
import { HeldPanel } from './held-panel.tsx';
import { LostSeats } from './lost-seats.tsx';
import { NoticeLine } from './notice-line.tsx';
import { usePaying } from './use-paying.tsx';

export interface PanelProps {
  readonly plan: Plan;
  readonly map: LiveStore<SeatMapState>;
  readonly buying: Buying;
  readonly salesStatus: SalesStatus;
  /** Shows seats on the map. */
  readonly onReveal: (seats: readonly PlanSeat[]) => void;
}

/** The viewer's seats of an event, and the next step. */
export function BuyingPanel(props: PanelProps) {
  const words = useWords();
  const { phase, lost, notice } = useStore(props.buying.state);
  const paying = usePaying(props.buying, phase.step === 'held' ? phase : null);
  const panel = useFocusKept(phase.step);
  return (
    <>
      <aside ref={panel} tabIndex={-1} className={`panel panel-${phase.step}`} aria-label={words.say.choice.title}>
        {lost && <LostSeats {...props} lost={lost} />}
        {notice && <NoticeLine notice={notice} />}
        {phase.step === 'held' ? (
          <HeldPanel {...props} phase={phase} paying={paying} />
        ) : phase.step === 'booked' ? (
          <BookedPanel {...props} booking={phase.booking} />
        ) : phase.step === 'ended' ? (
          <EndedPanel {...props} phase={phase} />
        ) : (
          <ChoicePanel {...props} isReserving={phase.step === 'reserving'} />
        )}
      </aside>
      {phase.step === 'held' ? (
        <HeldBar {...props} phase={phase} paying={paying} />
      ) : phase.step === 'choosing' || phase.step === 'reserving' ? (
        <ChoiceBar {...props} isReserving={phase.step === 'reserving'} />
      ) : null}
    </>
  );
}
