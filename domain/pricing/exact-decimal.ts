const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A decimal times a power of ten as an integer, from its text: `3.3e-06` × 10^15 → `3300000000n`.
 * What is finer than the integer is rounded up, and said.
 * @returns `undefined` for any other text, negative numbers among them
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
