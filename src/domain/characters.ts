/** The longest name of an event, a venue or a buyer, in characters. */
export const maxNameCharacters = 200;

/** Bound for the average length of a character, in UTF-16 units: the longest emoji (couples with skin tones) have 15. */
const longestCharacter = 32;

/** Whether a text has at most this number of characters as people see them: '👩‍👩‍👧‍👦' is one, and so is 'é' in any encoding. */
export function fitsCharacters(text: string, most: number): boolean {
  if (text.length <= most) return true;
  if (text.length > most * longestCharacter) return false;
  let count = 0;
  for (const _ of new Intl.Segmenter().segment(text)) if (++count > most) return false;
  return true;
}
