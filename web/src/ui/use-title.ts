import { useEffect } from 'react';
import { announce } from '../state/announcer.ts';

const NAME = 'Holdfast';

/** Title of the page. Announced if it replaces another, because browsers do not announce navigation within a page. */
export function useTitle(title: string): void {
  useEffect(() => {
    if (document.title !== NAME) announce(title);
    document.title = `${title} · ${NAME}`;
  }, [title]);
}
