import { type EventDetailsFragment, match, type SalesStatus, SetSalesStatusDocument } from 'holdfast/client';
import { useState } from 'react';
import { useWords } from '../language/words.ts';
import { useClient } from '../session/use-session.ts';
import { announce } from '../state/announcer.ts';
import { NoticeText } from '../ui/notice-text.tsx';
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
  const [status, setStatus] = useState(event.salesStatus);
  const [isBusy, setBusy] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const change = async (salesStatus: SalesStatus) => {
    setBusy(true);
    setFailed(false);
    try {
      const input = { eventId: event.id, salesStatus };
      const outcome = await client.mutate(SetSalesStatusDocument, { input }, { isRepeatable: true });
      match(outcome.setSalesStatus, {
        Event: (changed) => {
          setStatus(changed.salesStatus);
          announce(say.organizer.salesChanged(say.sales[changed.salesStatus]));
        },
        NotFound: () => setFailed(true),
        RateLimited: () => setFailed(true),
        ServiceBusy: () => setFailed(true),
      });
    } catch {
      setFailed(true);
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
      {hasFailed && <NoticeText text={say.notices.fault} />}
    </section>
  );
}
