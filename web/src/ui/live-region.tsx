import { announcement } from '../state/announcer.ts';
import { useStore } from '../state/use-store.ts';

export function LiveRegion() {
  return (
    <div className="visually-hidden" role="status">
      {useStore(announcement)}
    </div>
  );
}
