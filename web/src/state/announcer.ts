import { createStore } from './store.ts';

/** The newest words for people who listen to the page: said when the reader is done with what it is saying. */
export const announcement = createStore('');

/** The same words a second time are said a second time: a space tells them apart. */
export function announce(words: string): void {
  announcement.set(announcement.getSnapshot() === words ? `${words}\u00a0` : words);
}
