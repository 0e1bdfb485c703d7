const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Parses a decimal into an integer scaled by a power of ten: `3.3e-06` × 10^15 → `3300000000n`.
 * Rounds anything finer up and reports that it did.
 * @returns `undefined` for any other text, including negative numbers
 */
export function scaledDecimal(
  text: string,
  power: number,
): { value: bigint; isExact: boolean } | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  const shift = power + Number(exponent) - fraction.length;
  if (shift >= 0) return { value: digits * 10n ** BigInt(shift), isExact: true };
  const divisor = 10n ** BigInt(-shift);
  const isExact = digits % divisor === 0n;
  return { value: digits / divisor + (isExact ? 0n : 1n), isExact };
}
