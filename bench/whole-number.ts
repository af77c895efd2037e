import { InvalidArgumentError } from 'commander';

/** Parses an option's value. */
export function atLeast(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least}`);
  };
}
