import { currencyDigits, decimalAmount } from 'holdfast/client';

export interface Money {
  /** In minor units. */
  readonly amount: number;
  readonly currency: string;
}

export interface Formats {
  money(money: Money): string;
  number(value: number): string;
  /** 'Sat, 5 December 2026 at 19:30', in the time of the reader. */
  dateAndTime(iso: string): string;
  month(iso: string): string;
  day(iso: string): string;
  /** 'A, B and C'. */
  list(items: readonly string[]): string;
  /** '9:05' of minutes and seconds. */
  countdown(seconds: number): string;
}

export function formatsOf(locale: string): Formats {
  const number = new Intl.NumberFormat(locale);
  const dateAndTime = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  });
  const month = new Intl.DateTimeFormat(locale, { month: 'short' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const currencies = new Map<string, Intl.NumberFormat>();
  const inCurrency = (currency: string) => {
    const format = currencies.get(currency) ?? currencyFormat(locale, currency);
    currencies.set(currency, format);
    return format;
  };
  return {
    money: (money) => inCurrency(money.currency).format(decimalAmount(money) as `${number}`),
    number: (value) => number.format(value),
    dateAndTime: (iso) => dateAndTime.format(new Date(iso)),
    month: (iso) => month.format(new Date(iso)),
    // German puts a full stop behind it, which belongs to a sentence.
    day: (iso) => day.format(new Date(iso)).replace('.', ''),
    list: (items) => list.format(items),
    countdown: (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
  };
}

/** Browsers disagree on how many digits a currency has. */
function currencyFormat(locale: string, currency: string): Intl.NumberFormat {
  const digits = currencyDigits(currency) ?? 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
