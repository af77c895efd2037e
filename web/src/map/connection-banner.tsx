import type { LiveState, LiveStore, SeatMapState } from '@holdfast/client';
import { useEffect, useRef } from 'react';
import { useWords } from '../language/words.ts';
import { announce } from '../state/announcer.ts';
import { useSelected } from '../state/use-store.ts';

const wasWrong: readonly LiveState[] = ['stale', 'polling'];

/** Says when the map is out of date, and when it is live again. */
export function ConnectionBanner({ map }: { readonly map: LiveStore<SeatMapState> }) {
  const { say } = useWords();
  const state = useSelected(map, (live) => live.state);
  const before = useRef(state);
  useEffect(() => {
    if (state === 'live' && wasWrong.includes(before.current)) announce(say.connection.back);
    before.current = state;
  }, [state, say]);
  if (state === 'live' || state === 'ended') return null;
  return (
    <p
      className={`banner banner-${state}`}
      role={state === 'connecting' ? undefined : state === 'polling' ? 'status' : 'alert'}
    >
      {say.connection[state]}
    </p>
  );
}
