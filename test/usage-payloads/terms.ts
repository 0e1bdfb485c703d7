/**
 * Calculates `15481 × 1.25 + 14 × 5000` exactly, to verify the results that people wrote down.
 * @returns the sum, which is in millionths of a dollar, in nano-dollars
 */
export const nanoUsdOf = (terms: string): bigint =>
  terms
    .split(' + ')
    .map((term) => {
      const [count = '', price = ''] = term.split(' × ');
      return BigInt(count) * thousandths(price);
    })
    .reduce((sum, each) => sum + each, 0n);

function thousandths(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.split('.');
  return BigInt(whole) * 1000n + BigInt(fraction.padEnd(3, '0'));
}
