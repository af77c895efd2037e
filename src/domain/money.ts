/**
 * The currencies of ISO 4217 by the digits of their minor unit, as of January 2026, without those that have none (gold, testing codes).
 * The digits in browsers differ from it and from each other: Chrome has none for HUF and IQD, ISO 4217 two and three.
 */
const codesByDigits = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN
    NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const digitsByCode = new Map(
  Object.entries(codesByDigits).flatMap(([digits, codes]) => codes.split(/\s+/).map((code) => [code, Number(digits)])),
);

/** The largest `Amount`. */
export const maxAmount: number = Number.MAX_SAFE_INTEGER;

/** Digits of the currency's minor unit: 2 for 'EUR', 0 for 'JPY', 3 for 'KWD'. Undefined if it is no code of ISO 4217. */
export function currencyDigits(currency: string): number | undefined {
  return digitsByCode.get(currency);
}

/**
 * An amount in the currency's major unit, exactly: '45.00' for 4500 and 'EUR', '4500' for 4500 and 'JPY'. To show it, format it with an
 * Intl.NumberFormat that has `currencyDigits` as its minimumFractionDigits and maximumFractionDigits.
 */
export function decimalAmount({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  const digits = currencyDigits(currency) ?? 2;
  const text = String(amount).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/**
 * Parses a price as people write it, such as '45', '45.50' or '45,50', into an amount.
 * @returns null if it is no price in this currency
 */
export function parseAmount(text: string, currency: string): number | null {
  const digits = currencyDigits(currency) ?? 2;
  const [, whole = '', fraction = ''] = /^\s*(\d{1,16})(?:[.,](\d+))?\s*$/.exec(text) ?? [];
  const amount = Number(whole + fraction.padEnd(digits, '0'));
  return whole === '' || fraction.length > digits || amount > maxAmount ? null : amount;
}
