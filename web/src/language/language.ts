import { kept } from '../state/kept.ts';
import { createStore } from '../state/store.ts';
import { type Language, languages } from './messages.ts';

const key = 'holdfast language';

/** The language chosen before, or the first supported one of the browser, or English. */
function firstLanguage(): Language {
  const wanted = [kept.getItem(key), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return (
    languages.find((language) => language === wanted.find((tag) => languages.some((known) => known === tag))) ?? 'en'
  );
}

export const language = createStore(firstLanguage());
document.documentElement.lang = language.getSnapshot();

export function chooseLanguage(chosen: Language): void {
  kept.setItem(key, chosen);
  document.documentElement.lang = chosen;
  language.set(chosen);
}
