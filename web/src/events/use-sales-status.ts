import { type EventDetailsFragment, EventDocument, type SalesStatus } from '@holdfast/client';
import { useEffect, useState } from 'react';
import type { Notice } from '../buying/state.ts';
import { useClient } from '../session/use-session.ts';

/** No subscription tells of it. */
const LOOK_EVERY_MS = 15_000;

/** Whether sales are open: looked up now and then, and learned from a refusal. */
export function useSalesStatus(event: EventDetailsFragment, notice: Notice | null): SalesStatus {
  const client = useClient();
  const [status, setStatus] = useState(event.salesStatus);
  useEffect(() => {
    if (notice?.kind === 'salesNotOpen') setStatus(notice.salesStatus);
  }, [notice]);
  useEffect(() => {
    const controller = new AbortController();
    const look = () => {
      if (document.hidden) return;
      client.query(EventDocument, { id: event.id }, { signal: controller.signal }).then(
        (answer) => answer.event && setStatus(answer.event.salesStatus),
        // What was known last stays; the next look may succeed.
        () => {},
      );
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [client, event.id]);
  return status;
}
