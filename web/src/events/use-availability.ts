import type { AvailabilityCountsFragment } from 'holdfast/client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from '../session/use-session.ts';

/** An event's counts, live while the element is in sight: a socket carries no more than a hundred subscriptions. */
export function useAvailability(eventId: string, atFirst: AvailabilityCountsFragment) {
  const client = useClient();
  const store = useMemo(() => client.availability(eventId), [client, eventId]);
  const [counts, setCounts] = useState(atFirst);
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    const observer = new IntersectionObserver((entries) => {
      const isSeen = entries.at(-1)?.isIntersecting ?? false;
      if (!isSeen) stop?.();
      stop = isSeen
        ? (stop ?? store.subscribe(() => setCounts((before) => store.getSnapshot().data ?? before)))
        : undefined;
    });
    if (ref.current) observer.observe(ref.current);
    return () => {
      observer.disconnect();
      stop?.();
    };
  }, [store]);
  return { ref, counts };
}
