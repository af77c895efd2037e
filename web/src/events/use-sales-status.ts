import type { EventDetailsFragment, SalesStatus } from '@holdfast/client';
import { useEffect, useMemo, useState } from 'react';
import { useClient } from '../session/use-session.ts';
import { useStore } from '../state/use-store.ts';

/** The event's sales status, live, and a setter for answers that contain a newer one. */
export function useSalesStatus(event: EventDetailsFragment): readonly [SalesStatus, (learned: SalesStatus) => void] {
  const client = useClient();
  const store = useMemo(() => client.event(event.id), [client, event.id]);
  const { data } = useStore(store);
  const [status, setStatus] = useState(event.salesStatus);
  useEffect(() => {
    if (data !== null) setStatus(data.salesStatus);
  }, [data]);
  return [status, setStatus];
}
