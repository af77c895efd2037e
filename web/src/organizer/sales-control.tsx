import { type EventDetailsFragment, match, type SalesStatus, SetSalesStatusDocument } from '@holdfast/client';
import { useState } from 'react';
import { NoticeLine } from '../buying/notice-line.tsx';
import { noticeOf, noticeOfFault } from '../buying/notices.ts';
import type { Notice } from '../buying/state.ts';
import { useSalesStatus } from '../events/use-sales-status.ts';
import { useWords } from '../language/words.ts';
import { useClient } from '../session/use-session.ts';
import { announce } from '../state/announcer.ts';
import { SalesChip } from '../ui/sales-chip.tsx';

const steps = [
  { to: 'ON_SALE', label: 'open' },
  { to: 'PAUSED', label: 'pause' },
  { to: 'CLOSED', label: 'closeSales' },
] as const satisfies readonly { to: SalesStatus; label: string }[];

/** Opens, pauses and closes sales. */
export function SalesControl({ event }: { readonly event: EventDetailsFragment }) {
  const { say } = useWords();
  const client = useClient();
  const [status, setStatus] = useSalesStatus(event);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Notice | null>(null);
  const change = async (salesStatus: SalesStatus) => {
    setBusy(true);
    setProblem(null);
    try {
      const input = { eventId: event.id, salesStatus };
      const outcome = await client.mutate(SetSalesStatusDocument, { input }, { isRepeatable: true });
      match(
        outcome.setSalesStatus,
        {
          Event: (changed) => {
            setStatus(changed.salesStatus);
            announce(say.organizer.salesChanged(say.sales[changed.salesStatus]));
          },
        },
        (refusal) => setProblem(noticeOf(refusal)),
      );
    } catch (error) {
      setProblem(noticeOfFault(error));
    }
    setBusy(false);
  };
  return (
    <section className="sales">
      <div className="panel-head">
        <h2>{say.organizer.salesStatus}</h2>
        <SalesChip status={status} />
      </div>
      <div className="sales-buttons">
        {steps.map(({ to, label }) => (
          <button
            key={to}
            type="button"
            className={to === 'ON_SALE' ? 'button primary' : 'button'}
            disabled={isBusy || status === to}
            onClick={() => void change(to)}
          >
            {say.organizer[label]}
          </button>
        ))}
      </div>
      {problem !== null && <NoticeLine notice={problem} />}
    </section>
  );
}
