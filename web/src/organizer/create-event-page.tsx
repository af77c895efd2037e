import { useWords } from '../language/words.ts';
import { useTitle } from '../ui/use-title.ts';
import { CreateEventForm } from './create-event-form.tsx';
import { ForOrganizers } from './for-organizers.tsx';

export function CreateEventPage() {
  const { say } = useWords();
  useTitle(say.organizer.newEvent);
  return (
    <ForOrganizers>
      <CreateEventForm />
    </ForOrganizers>
  );
}
