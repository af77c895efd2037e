import { useEffect } from 'react';
import { announce } from '../state/announcer.ts';

const NAME = 'Holdfast';

/** Of the page in sight. Said, too, where it comes in the place of another one: nothing is loaded then that browsers would speak of. */
export function useTitle(title: string): void {
  useEffect(() => {
    if (document.title !== NAME) announce(title);
    document.title = `${title} · ${NAME}`;
  }, [title]);
}
