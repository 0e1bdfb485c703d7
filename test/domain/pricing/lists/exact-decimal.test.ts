import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scaledDecimal } from '../../../../domain/pricing/lists/exact-decimal.ts';

describe('scaledDecimal', () => {
  test.each([
    ['3.3e-06', 15, 3_300_000_000n, true],
    ['1e-06', 15, 1_000_000_000n, true],
    ['5.46875E-7', 15, 546_875_000n, true],
    ['0.04', 9, 40_000_000n, true],
    ['0.0030000000', 12, 3_000_000_000n, true],
    ['0', 15, 0n, true],
    ['0.10999999999999999', 9, 110_000_000n, false],
    ['1.1e-16', 15, 1n, false],
    ['1.10', 1, 11n, true],
    ['2500e-2', 0, 25n, true],
    ['0.000', 1, 0n, true],
    ['1.11', 1, 12n, false],
  ])('reads %s × 10^%i exactly, or rounds it up and says so', (text, power, value, isExact) => {
    expect(scaledDecimal(text, power)).toEqual({ value, isExact });
  });

  test.each(['-1', '', '1.', '.5', 'NaN', '1e', '0x10', '1,5', 'Infinity'])(
    'refuses %j',
    (text) => {
      expect(scaledDecimal(text, 9)).toBeUndefined();
    },
  );

  test('is exact wherever a float is not', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 20n), fc.integer({ min: 0, max: 15 }), (value, places) => {
        const digits = value.toString().padStart(places + 1, '0');
        const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
        expect(scaledDecimal(text, places)).toEqual({ value, isExact: true });
        expect(scaledDecimal(`${value}e-${places}`, places)?.value).toBe(value);
      }),
    );
  });
});
