import { closest, distance } from 'fastest-levenshtein';
import { settingsSchema } from './settings.ts';

/** Letters by which a misspelt name may differ. */
const SLIP = 2;
/** Shorter names are too similar to those of other programs, such as `PORT` and `PGPORT`. */
const SHORTEST = 6;

const longNames = Object.keys(settingsSchema.shape).filter(({ length }) => length >= SHORTEST);

export interface Misspelt {
  readonly name: string;
  /** The setting that is probably meant. */
  readonly meant: string;
}

/** Names in the environment that are almost names of settings. */
export function misspeltSettings(env: NodeJS.ProcessEnv): Misspelt[] {
  return Object.keys(env)
    .filter((name) => !(name in settingsSchema.shape))
    .map((name) => ({ name, meant: closest(name.toUpperCase(), longNames) }))
    .filter(({ name, meant }) => distance(name.toUpperCase(), meant) <= SLIP);
}
