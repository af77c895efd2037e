import { Following, type FollowingOptions } from './following.ts';
import { Listeners } from './listeners.ts';
import type { Live, LiveStore } from './live.ts';

export function createLiveStore<Data, Message>(options: FollowingOptions<Data, Message>): LiveStore<Data> {
  let snapshot: Live<Data> = { state: 'connecting', data: null, error: null };
  const show = (next: Live<Data>) => {
    const { state, data, error } = snapshot;
    if (next.state === state && next.data === data && next.error === error) return;
    snapshot = next;
    listeners.tell();
  };
  const listeners = new Listeners(() => {
    const following = new Following(options, snapshot.data, show);
    return () => following.stop();
  });
  return { subscribe: (listener) => listeners.add(listener), getSnapshot: () => snapshot };
}
