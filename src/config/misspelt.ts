import { closest, distance } from 'fastest-levenshtein';
import { settingsSchema } from './settings.ts';

/** Letters that a slip changes. */
const SLIP = 2;
/** Shorter names are too near to those of other programs: `PORT` and `PGPORT`. */
const SHORTEST = 6;

const longNames = Object.keys(settingsSchema.shape).filter(({ length }) => length >= SHORTEST);

export interface Misspelt {
  readonly name: string;
  /** The setting that is probably meant. */
  readonly meant: string;
}

/** Names in the environment that are not of settings, but nearly. */
export function misspeltSettings(env: NodeJS.ProcessEnv): Misspelt[] {
  return Object.keys(env)
    .filter((name) => !(name in settingsSchema.shape))
    .map((name) => ({ name, meant: closest(name.toUpperCase(), longNames) }))
    .filter(({ name, meant }) => distance(name.toUpperCase(), meant) <= SLIP);
}
