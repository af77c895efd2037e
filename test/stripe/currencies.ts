import { invalidParameter } from './errors.ts';

/**
 * What Stripe charges at least, in its own smallest unit (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
 * Others have no minimum of their own; theirs depends on the account's settlement currency.
 */
const minimums = {
  ...{ aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1_500, dkk: 250, eur: 50, gbp: 30, hkd: 400 },
  ...{ huf: 17_500, inr: 50, jpy: 50, mxn: 1_000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300, sgd: 50 },
  ...{ thb: 1_000, usd: 50 },
};

/** "The value of `amount` supports up to eight digits" (the same page). */
const largest = 99_999_999;

/** "these API calls require the least-significant (last) digit to be 0" (https://docs.stripe.com/currencies#three-decimal). */
const threeDecimals = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** "To charge 5 ISK, provide an amount value of 500" (https://docs.stripe.com/currencies#special-cases), and evenly divisible by 100. */
const wholeUnits = new Set(['isk', 'ugx']);

/** In the list of presentment currencies, or refused. A part of the list, with every special case in it. */
const supported = new Set([
  ...Object.keys(minimums),
  ...threeDecimals,
  ...wholeUnits,
  ...'ars bif clp cop djf gnf idr ils kmf krw mga php pyg rwf sar try twd uah vnd vuv xaf xof xpf zar'.split(' '),
]);

/** Checks what is asked for as Stripe does; returns the amount. */
export function chargeable(amountText: string | null, currency: string | null): { amount: number; currency: string } {
  if (amountText === null) throw missingParameter('amount');
  if (currency === null) throw missingParameter('currency');
  const code = currency.toLowerCase();
  if (!supported.has(code)) {
    throw invalidParameter(`Invalid currency: ${code}.`, { param: 'currency' });
  }
  return { amount: checked(amountText, code), currency: code };
}

/** An amount to charge, capture or refund. */
export function whole(amountText: string): number {
  if (!/^-?\d+$/.test(amountText)) {
    throw invalidParameter(`Invalid integer: ${amountText}`, { code: 'parameter_invalid_integer', param: 'amount' });
  }
  const amount = Number(amountText);
  if (amount < 1) {
    throw invalidParameter('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  return amount;
}

function checked(amountText: string, currency: string): number {
  const amount = whole(amountText);
  const least = Object.entries(minimums).find(([code]) => code === currency)?.[1] ?? 1;
  if (amount < least) {
    const code = 'amount_too_small';
    throw invalidParameter(`Amount must be at least ${least} in ${currency}`, { code, param: 'amount' });
  }
  if (amount > largest) {
    const code = 'amount_too_large';
    throw invalidParameter(`Amount must be no more than ${largest}`, { code, param: 'amount' });
  }
  const step = threeDecimals.has(currency) ? 10 : wholeUnits.has(currency) ? 100 : 1;
  if (amount % step !== 0) {
    const code = 'parameter_invalid_integer';
    throw invalidParameter(`Invalid ${currency} amount: must be evenly divisible by ${step}`, {
      code,
      param: 'amount',
    });
  }
  return amount;
}

function missingParameter(param: string) {
  return invalidParameter(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}
