import { currencyDigits } from '../../domain/money.ts';
import { PaymentRefused } from '../payment-provider.ts';

/**
 * Digits of Stripe's smallest unit where they are not those of ISO 4217, and what amounts must be divisible by
 * (https://docs.stripe.com/currencies#special-cases). ISK and UGX have no minor unit any more, and are given in hundredths all the same;
 * MGA is given in whole units. The last digit of currencies with three decimals must be 0.
 */
const special: Readonly<Record<string, { readonly digits: number; readonly step: number }>> = {
  ISK: { digits: 2, step: 100 },
  UGX: { digits: 2, step: 100 },
  MGA: { digits: 0, step: 1 },
  BHD: { digits: 3, step: 10 },
  JOD: { digits: 3, step: 10 },
  KWD: { digits: 3, step: 10 },
  OMR: { digits: 3, step: 10 },
  TND: { digits: 3, step: 10 },
};

/**
 * Our amount, in minor units of ISO 4217, as Stripe counts it.
 * @throws PaymentRefused if Stripe cannot charge exactly as much
 */
export function toStripeAmount(amount: number, currency: string): number {
  const { factor, step } = unitsOf(currency);
  const theirs = amount * factor;
  if (Number.isSafeInteger(theirs) && theirs % step === 0) return theirs;
  throw new PaymentRefused('invalid_amount', `Stripe cannot charge ${amount} minor units of ${currency} exactly`);
}

/** Stripe's amount in minor units of ISO 4217. */
export function fromStripeAmount(amount: number, currency: string): number {
  return Math.round(amount / unitsOf(currency).factor);
}

function unitsOf(currency: string): { readonly factor: number; readonly step: number } {
  const code = currency.toUpperCase();
  const digits = currencyDigits(code) ?? 2;
  const { digits: theirDigits, step } = special[code] ?? { digits, step: 1 };
  return { factor: 10 ** (theirDigits - digits), step };
}
