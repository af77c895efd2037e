import { useStore } from '../state/use-store.ts';
import { type Formats, formatsOf } from './formats.ts';
import { language } from './language.ts';
import { type Language, type Messages, messages } from './messages.ts';

/** Everything that depends on the language. */
export interface Words {
  readonly say: Messages;
  readonly write: Formats;
}

const words = {
  en: { say: messages.en, write: formatsOf(regional('en')) },
  de: { say: messages.de, write: formatsOf(regional('de')) },
} satisfies Record<Language, Words>;

/** With the reader's region, 'en-GB', if the browser has one. */
function regional(language: Language): string {
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? language;
}

export function useWords(): Words {
  return words[useStore(language)];
}

export const useLanguage = () => useStore(language);
