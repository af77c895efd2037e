import { createStore } from './store.ts';

/** The newest text for screen readers, which finish what they are reading first. */
export const announcement = createStore('');

/** A space makes screen readers repeat the same text. */
export function announce(words: string): void {
  announcement.set(announcement.getSnapshot() === words ? `${words}\u00a0` : words);
}
