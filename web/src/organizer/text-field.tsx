import type { InputHTMLAttributes } from 'react';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  readonly name: string;
  readonly label: string;
}

/** A line that has to be filled in. */
export function TextField({ label, ...input }: Props) {
  return (
    <label>
      {label}
      <input type="text" required autoComplete="off" {...input} />
    </label>
  );
}
