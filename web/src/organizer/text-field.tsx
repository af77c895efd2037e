import { fitsCharacters } from '@holdfast/client';
import type { InputHTMLAttributes } from 'react';
import { useWords } from '../language/words.ts';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string;
  readonly label: string;
  /** As people see them, which is not how `maxLength` counts. */
  readonly maxCharacters?: number;
}

/** A line that has to be filled in. */
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
