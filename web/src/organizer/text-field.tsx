import { fitsCharacters } from '@holdfast/client';
import type { InputHTMLAttributes } from 'react';
import { useWords } from '../language/words.ts';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string;
  readonly label: string;
  /** Characters as people count them, unlike `maxLength`. */
  readonly maxCharacters?: number;
}

/** A required text field. */
export function TextField({ label, maxCharacters = Number.POSITIVE_INFINITY, ...input }: Props) {
  const { say } = useWords();
  const check = (field: HTMLInputElement) =>
    field.setCustomValidity(
      fitsCharacters(field.value.trim(), maxCharacters) ? '' : say.organizer.tooLong(maxCharacters),
    );
  return (
    <label>
      {label}
      <input type="text" required autoComplete="off" onInput={(event) => check(event.currentTarget)} {...input} />
    </label>
  );
}
