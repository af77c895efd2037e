import { EventSeatMapDocument, LimitsDocument } from '@holdfast/client';
import { useCallback } from 'react';
import { useWords } from '../language/words.ts';
import { planOf } from '../plan/plan.ts';
import { useClient } from '../session/use-session.ts';
import { useLoaded } from '../state/use-loaded.ts';
import { Failed } from '../ui/failed.tsx';
import { Message } from '../ui/message.tsx';
import { NotFound } from '../ui/not-found.tsx';
import { SeatShop } from './seat-shop.tsx';

export function EventPage({ id }: { readonly id: string }) {
  const { say } = useWords();
  const { loaded, reload } = usePlan(id);
  if (loaded.state === 'loading') return <Message text={say.loading} />;
  if (loaded.state === 'failed') return <Failed error={loaded.error} onRetry={reload} />;
  if (loaded.data === null) return <NotFound text={say.events.notThere} />;
  return <SeatShop plan={loaded.data} />;
}

/** Null if there is no such event. */
export function usePlan(id: string) {
  const client = useClient();
  const load = useCallback(
    async (signal: AbortSignal) => {
      const [{ event }, { limits }] = await Promise.all([
        client.query(EventSeatMapDocument, { eventId: id }, { signal }),
        client.query(LimitsDocument, {}, { signal }),
      ]);
      if (event === null) return null;
      const layout = await client.layout(event.seatMap.layoutUrl, { signal });
      return planOf(event, layout, limits.maxSeatsPerReservation);
    },
    [client, id],
  );
  return useLoaded(load);
}
