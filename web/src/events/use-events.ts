import { type EventFilter, EventsDocument, type EventsQuery } from '@holdfast/client';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from '../session/use-session.ts';

const PAGE = 20;

export type ListedEvent = EventsQuery['events']['edges'][number]['node'];

interface Events {
  readonly events: readonly ListedEvent[];
  readonly state: 'loading' | 'ready' | 'failed';
  /** The fault, if it failed. */
  readonly error?: unknown;
  /** Cursor of the next page; null if there is none. */
  readonly after: string | null;
}

const none: Events = { events: [], state: 'loading', after: null };

/** Events of a filter, page by page. The filter must be the same object in each render. */
export function useEvents(filter?: EventFilter) {
  const client = useClient();
  const [current, setCurrent] = useState(none);

  const load = useCallback(
    async (after: string | null, signal?: AbortSignal) => {
      setCurrent((before) => ({ ...(after === null ? none : before), state: 'loading' }));
      try {
        const { events } = await client.query(EventsDocument, { filter, first: PAGE, after }, signal ? { signal } : {});
        const { hasNextPage, endCursor } = events.pageInfo;
        setCurrent((before) => ({
          events: [...before.events, ...events.edges.map(({ node }) => node)],
          state: 'ready',
          after: hasNextPage ? endCursor : null,
        }));
      } catch (error) {
        if (!signal?.aborted) setCurrent((before) => ({ ...before, state: 'failed', error }));
      }
    },
    [client, filter],
  );
  useEffect(() => {
    const controller = new AbortController();
    void load(null, controller.signal);
    return () => controller.abort();
  }, [load]);

  const { events, state, error, after } = current;
  return {
    events,
    state,
    error,
    hasMore: after !== null,
    showMore: () => void load(after),
    retry: () => void load(after),
  };
}
