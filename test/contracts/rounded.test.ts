import { expect, test } from 'vitest';
import { rounded } from '../../contracts/rounded.ts';

test.each([
  [1.6195528723430868, 1.62],
  [0.00006032114598361, 0.00006032],
  [-12.34567, -12.35],
  [1 / 3, 0.3333],
  [98_765.4, 98_770],
  [0, 0],
  [-3e-17, 0],
])('a figure of %d is shown as %d', (value, shown) => {
  expect(rounded(value)).toBe(shown);
});
