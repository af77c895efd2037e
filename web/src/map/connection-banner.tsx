import type { LiveStore, SeatMapState } from 'holdfast/client';
import { useEffect, useRef } from 'react';
import { useWords } from '../language/words.ts';
import { announce } from '../state/announcer.ts';
import { useSelected } from '../state/use-store.ts';

/** Says when the map is not as it is on the server, and when it is again. */
export function ConnectionBanner({ map }: { readonly map: LiveStore<SeatMapState> }) {
  const { say } = useWords();
  const state = useSelected(map, (live) => live.state);
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'stale' && state === 'live') announce(say.connection.back);
    before.current = state;
  }, [state, say]);
  if (state === 'live' || state === 'ended') return null;
  return (
    <p className={`banner banner-${state}`} role={state === 'connecting' ? undefined : 'alert'}>
      {say.connection[state]}
    </p>
  );
}
