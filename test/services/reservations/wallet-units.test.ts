import { describe, expect, it } from 'vitest';
import { busyUser } from '../../support/busy-user.ts';

const PAIRS = 200;

describe('write units of a pair, for a user with many open reservations', () => {
  it.each([
    // The first of these pairs borrow.
    [0, 4.37],
    [200, 4.18],
    [1_000, 4.12],
  ])('with %i open are %d', async (open, units) => {
    const user = await busyUser(open);
    expect(await user.unitsPerPair(PAIRS)).toBe(units);
  });
});
