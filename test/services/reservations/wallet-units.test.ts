import { describe, expect, it } from 'vitest';
import { busyUser } from '../../support/busy-user.ts';

const PAIRS = 200;

describe('write units of a user with many open reservations', () => {
  it.each([
    [0, 4.5],
    [200, 5],
    [1_000, 5],
  ])('of %i are at most %d per pair', async (open, most) => {
    const user = await busyUser(open);
    expect(await user.unitsPerPair(PAIRS)).toBeLessThanOrEqual(most);
  });
});
