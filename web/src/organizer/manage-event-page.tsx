import { usePlan } from '../events/event-page.tsx';
import { useWords } from '../language/words.ts';
import { Failed } from '../ui/failed.tsx';
import { Message } from '../ui/message.tsx';
import { NotFound } from '../ui/not-found.tsx';
import { ForOrganizers } from './for-organizers.tsx';
import { ManageEvent } from './manage-event.tsx';

export function ManageEventPage({ id }: { readonly id: string }) {
  return (
    <ForOrganizers>
      <Managed id={id} />
    </ForOrganizers>
  );
}

function Managed({ id }: { readonly id: string }) {
  const { say } = useWords();
  const { loaded, reload } = usePlan(id);
  if (loaded.state === 'loading') return <Message text={say.loading} />;
  if (loaded.state === 'failed') return <Failed error={loaded.error} onRetry={reload} />;
  return loaded.data === null ? <NotFound text={say.events.notThere} /> : <ManageEvent plan={loaded.data} />;
}
