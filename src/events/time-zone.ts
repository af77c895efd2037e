/** IANA's names by their lower-case forms. One spelling is stored, because other programs distinguish `europe/berlin` from `Europe/Berlin`. */
const spellings = new Map(['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => [name.toLowerCase(), name]));

/** A time zone's IANA name in IANA's spelling, such as 'Europe/Berlin'. Null if there is none; an offset such as '+01:00' is none. */
export function timeZoneNamed(name: string): string | null {
  const spelled = spellings.get(name.toLowerCase());
  if (spelled !== undefined) return spelled;
  // Older and newer names of zones, which Intl accepts but does not list.
  return /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name) && isKnown(name) ? name : null;
}

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

export const noTimeZone = (name: string): string => `'${name}' is no IANA name of a time zone, such as 'Europe/Berlin'`;
