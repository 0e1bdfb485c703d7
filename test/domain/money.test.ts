import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { divideRoundingUp, formatUsd, parseUsd, shortUsd } from '../../domain/money.ts';

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

test.each([
  ['0', '0.00'],
  ['5.25', '5.25'],
  ['5.255', '5.26'],
  ['1234.5', '1234.50'],
  ['0.999999999', '1.00'],
  ['0.1234', '0.123'],
  ['0.1', '0.10'],
  ['0.004215', '0.00422'],
  ['0.004', '0.004'],
  ['0.000000001', '0.000000001'],
  ['-0.004215', '-0.00422'],
])('%s USD is written for people as %s', (exact, short) => {
  expect(shortUsd(parseUsd(exact) ?? -1n)).toBe(short);
});

test('an amount above zero never reads as zero, and rounding keeps the order', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 13n });
  fc.assert(
    fc.property(amount, amount, (one, more) => {
      const read = (nano: bigint, rounding?: 'down' | 'up') =>
        parseUsd(shortUsd(nano, rounding)) ?? -1n;
      expect(read(one)).toBeGreaterThan(0n);
      expect(read(one, 'down')).toBeLessThanOrEqual(one);
      expect(read(one, 'up')).toBeGreaterThanOrEqual(one);
      expect(read(one + more)).toBeGreaterThanOrEqual(read(one));
    }),
  );
});
