/** What can be the matter with a store as a whole, and how it is put to people. */
export const storeTroubles = {
  silent: 'the store does not answer',
  'read-only': 'the store takes no writes: it is read-only',
  'disk-full': 'the store takes no writes: its disk is full',
  'out-of-memory': 'the store refuses work: it is out of memory',
  'out-of-connections': 'the store refuses work: it has no connections left',
  overloaded: 'the store does not keep up with what is asked of it',
} as const;

export type StoreTrouble = keyof typeof storeTroubles;
