/** IANA's names by their small letters. Other programs tell `europe/berlin` from `Europe/Berlin`, so one spelling is kept. */
const spellings = new Map(['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => [name.toLowerCase(), name]));

/** A time zone by its IANA name, 'Europe/Berlin', as IANA spells it; null for what is none. An offset such as '+01:00' is none. */
export function timeZoneNamed(name: string): string | null {
  const spelled = spellings.get(name.toLowerCase());
  if (spelled !== undefined) return spelled;
  // Older and newer names of the same zones, which Intl knows and does not list.
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
