/** An amount of money in integer nano-dollars (1e-9 USD). */
export type NanoUsd = bigint;

export const NANO_PER_USD = 1_000_000_000n;

/** The largest amount that the API accepts: one billion dollars. */
export const MAX_AMOUNT_NANO_USD = 1_000_000_000n * NANO_PER_USD;

const DECIMAL = /^(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,9}))?$/;

/**
 * Parses decimal USD text such as `"12.5"` exactly.
 * @returns nano-dollars, or `undefined` unless the text is a plain decimal with at most nine
 *   fraction digits (no exponents, signs other than `-`, spaces or non-ASCII digits)
 */
export function parseUsd(text: string): NanoUsd | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const nano = BigInt(whole) * NANO_PER_USD + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -nano : nano;
}

/** Formats nano-dollars as decimal USD with nine fraction digits: `4215000n` → `"0.004215000"`. */
export function formatUsd(amount: NanoUsd): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0');
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/**
 * Formats an amount for people: two decimals, and below one dollar as many more as three significant
 * digits need. `4215000n` → `"0.00422"`, `5250000000n` → `"5.25"`. Exact amounts take `formatUsd`.
 */
export function shortUsd(amount: NanoUsd, rounding: 'nearest' | 'down' | 'up' = 'nearest'): string {
  const magnitude = amount < 0n ? -amount : amount;
  const leadingZeros = Math.max(0, 9 - magnitude.toString().length);
  const isSmall = magnitude > 0n && magnitude < NANO_PER_USD;
  const decimals = isSmall ? Math.min(9, Math.max(2, leadingZeros + 3)) : 2;
  const unit = 10n ** BigInt(9 - decimals);
  const added = { nearest: unit / 2n, down: 0n, up: unit - 1n }[rounding];
  const text = formatUsd(((magnitude + added) / unit) * unit);
  const short = text.replace(/(\.\d\d\d*?)0+$/, '$1');
  return amount < 0n && magnitude > 0n ? `-${short}` : short;
}

const NANO_PER_CENT = 10_000_000n;

/**
 * Formats an amount as people write it: to the cent, thousands apart, and below one cent with three
 * significant digits. `1234567000000n` → `"1,234.57"`, `4215000n` → `"0.00422"`.
 */
export function centUsd(amount: NanoUsd): string {
  const magnitude = amount < 0n ? -amount : amount;
  if (magnitude > 0n && magnitude < NANO_PER_CENT) return shortUsd(amount);
  const cents = (magnitude + NANO_PER_CENT / 2n) / NANO_PER_CENT;
  const fraction = (cents % 100n).toString().padStart(2, '0');
  return `${amount < 0n ? '-' : ''}${apartThousands(cents / 100n)}.${fraction}`;
}

/** An integer as people write it: `1,234,567`. */
export const apartThousands = (count: bigint): string =>
  count.toString().replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

/** Divides non-negative integers and rounds up. Money is never rounded in the spender's favor. */
export function divideRoundingUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

export const minNanoUsd = (first: NanoUsd, ...rest: NanoUsd[]): NanoUsd =>
  rest.reduce((least, amount) => (amount < least ? amount : least), first);
export const maxNanoUsd = (first: NanoUsd, ...rest: NanoUsd[]): NanoUsd =>
  rest.reduce((most, amount) => (amount > most ? amount : most), first);
