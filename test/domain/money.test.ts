import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideRoundingUp, formatUsd, parseUsd } from '../../domain/money.ts';

describe('money', () => {
  it.each([
    ['0', 0n],
    ['0.000000001', 1n],
    ['12.5', 12_500_000_000n],
    ['-3.25', -3_250_000_000n],
    ['999999999999.999999999', 999_999_999_999_999_999_999n],
  ])('parses %s exactly', (text, nano) => {
    expect(parseUsd(text)).toBe(nano);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '1.',
    '.5',
    '01',
    '+1',
    '1e3',
    '0x10',
    '1,5',
    'NaN',
    'Infinity',
    '١٢',
    '0.0000000001',
    '1_000',
    '--1',
  ])('refuses %j', (text) => {
    expect(parseUsd(text)).toBeUndefined();
  });

  it('formats what it parses', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano);
      }),
    );
  });

  it('divides upwards, by less than one', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (a, b) => {
          const quotient = divideRoundingUp(a, b);
          expect(quotient * b).toBeGreaterThanOrEqual(a);
          expect(quotient * b - a).toBeLessThan(b);
        },
      ),
    );
  });
});
