import type { AvailabilityCountsFragment } from '@holdfast/client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from '../session/use-session.ts';

/** An event's counts, live while the element is in sight, because a socket carries at most a hundred subscriptions. */
export function useAvailability(eventId: string, atFirst: AvailabilityCountsFragment) {
  const client = useClient();
  const store = useMemo(() => client.availability(eventId), [client, eventId]);
  const [{ counts, isStale }, setShown] = useState({ counts: atFirst, isStale: false });
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    const show = () => {
      const { data, state } = store.getSnapshot();
      setShown((before) => ({ counts: data ?? before.counts, isStale: state === 'stale' }));
    };
    const observer = new IntersectionObserver((entries) => {
      const isSeen = entries.at(-1)?.isIntersecting ?? false;
      if (!isSeen) stop?.();
      stop = isSeen ? (stop ?? store.subscribe(show)) : undefined;
    });
    if (ref.current) observer.observe(ref.current);
    return () => {
      observer.disconnect();
      stop?.();
    };
  }, [store]);
  return { ref, counts, isStale };
}
