import { useStore } from '../state/use-store.ts';
import { type Formats, formatsOf } from './formats.ts';
import { language } from './language.ts';
import { type Messages, messages } from './messages.ts';

/** Everything that is written differently in another language. */
export interface Words {
  readonly say: Messages;
  readonly write: Formats;
}

const words = {
  en: { say: messages.en, write: formatsOf('en') },
  de: { say: messages.de, write: formatsOf('de') },
} satisfies Record<string, Words>;

export function useWords(): Words {
  return words[useStore(language)];
}

export const useLanguage = () => useStore(language);
