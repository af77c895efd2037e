import { currencyDigits, decimalAmount } from '@holdfast/client';

export interface Money {
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
}

/** The time at which an event begins. */
export interface When {
  readonly startsAt: string;
  /** IANA name of the venue's time zone. */
  readonly timeZone: string;
}

export interface Formats {
  /** Empty for null, which has no price and is not on sale. */
  money(money: Money | null): string;
  number(value: number): string;
  /** 'Sat, 5 December 2026 at 19:30' in the venue's time, with '(Berlin, GMT+1)' if the reader's differs. */
  dateAndTime(when: When): string;
  month(when: When): string;
  day(when: When): string;
  /** 'A, B and C'. */
  list(items: readonly string[]): string;
  /** '9:05' for minutes and seconds. */
  countdown(seconds: number): string;
}

export function formatsOf(locale: string): Formats {
  const number = new Intl.NumberFormat(locale);
  const month = { month: 'short' } as const;
  const day = { day: 'numeric' } as const;
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const currencies = new Map<string, Intl.NumberFormat>();
  const inCurrency = (currency: string) => {
    const format = currencies.get(currency) ?? currencyFormat(locale, currency);
    currencies.set(currency, format);
    return format;
  };
  return {
    money: (money) => (money ? inCurrency(money.currency).format(decimalAmount(money) as `${number}`) : ''),
    number: (value) => number.format(value),
    dateAndTime: (when) => dateAndTime(locale, when),
    month: (when) => atVenue(locale, when, month),
    // German adds a full stop, which does not belong into a label.
    day: (when) => atVenue(locale, when, day).replace('.', ''),
    list: (items) => list.format(items),
    countdown: (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
  };
}

/** Sets the number of digits, on which browsers disagree. */
function currencyFormat(locale: string, currency: string): Intl.NumberFormat {
  const digits = currencyDigits(currency) ?? 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const full: Intl.DateTimeFormatOptions = {
  ...{ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  ...{ hour: 'numeric', minute: '2-digit' },
};

function dateAndTime(locale: string, when: When): string {
  const text = atVenue(locale, when, full);
  const isReaders = text === new Intl.DateTimeFormat(locale, full).format(new Date(when.startsAt));
  return isReaders ? text : `${text} (${zoneOf(locale, when)})`;
}

function atVenue(locale: string, { startsAt, timeZone }: When, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(startsAt));
}

/** 'Berlin, GMT+1'; 'UTC' alone. */
function zoneOf(locale: string, { startsAt, timeZone }: When): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortOffset' });
  const offset = format.formatToParts(new Date(startsAt)).find(({ type }) => type === 'timeZoneName')?.value;
  const place = timeZone.split('/').at(-1)?.replaceAll('_', ' ');
  return timeZone.includes('/') ? [place, offset].join(', ') : timeZone;
}
