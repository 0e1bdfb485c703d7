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

/** Divides non-negative integers and rounds up. Money is never rounded in the spender's favor. */
export function divideRoundingUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

export const minNanoUsd = (first: NanoUsd, ...rest: NanoUsd[]): NanoUsd =>
  rest.reduce((least, amount) => (amount < least ? amount : least), first);
export const maxNanoUsd = (first: NanoUsd, ...rest: NanoUsd[]): NanoUsd =>
  rest.reduce((most, amount) => (amount > most ? amount : most), first);
