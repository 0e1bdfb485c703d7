import { describe, expect, it } from 'vitest';
import { type Balance, untouchedBalance } from '../../../domain/ledger/budget.ts';
import { nextHoldEndMs, notesHold } from '../../../domain/ledger/hold-end.ts';
import { standing } from '../../support/standing.ts';

const HOLD_MS = 900_000;
const NOW = 10_000_000;

/** A budget with lanes that hold something, or nothing, and have noted when a hold ends. */
function standingWith(...lanes: Partial<Balance>[]) {
  const one = standing('a', 0n);
  return {
    ...one,
    lanes: lanes.map((balance) => ({
      ...one.home,
      balance: { ...one.balance, reservedNanoUsd: 1n, ...balance },
    })),
  };
}

describe('the next hold of a budget', () => {
  it.each<[what: string, lanes: Partial<Balance>[], inMs: number]>([
    ['ends when it was noted to', [{ holdEndsAtMs: NOW + 5_000 }], 5_000],
    [
      'is that of the lane that ends first',
      [{ holdEndsAtMs: NOW + 5_000 }, { holdEndsAtMs: NOW + 2_000 }],
      2_000,
    ],
    [
      'is not in a lane that holds nothing',
      [{ holdEndsAtMs: NOW + 5_000, reservedNanoUsd: 0n }],
      HOLD_MS,
    ],
    ['was made before the noted one ended', [{ holdEndsAtMs: NOW - 600_000 }], 300_000],
    ['ends within the hold time if nothing was noted', [{}], HOLD_MS],
    ['ends within the hold time if the note is too old', [{ holdEndsAtMs: 1 }], HOLD_MS],
    [
      'ends within the hold time if it was held for longer',
      [{ holdEndsAtMs: NOW + 2 * HOLD_MS }],
      HOLD_MS,
    ],
  ])('%s', (_, lanes, inMs) => {
    expect(nextHoldEndMs(standingWith(...lanes), NOW, HOLD_MS)).toBe(NOW + inMs);
  });

  it('is noted if nothing else is held, or if the noted one has ended', () => {
    const balance = { ...untouchedBalance(2n), reservedNanoUsd: 1n, holdEndsAtMs: NOW + 1 };
    expect(notesHold(balance, NOW)).toBe(false);
    expect(notesHold({ ...balance, reservedNanoUsd: 0n }, NOW)).toBe(true);
    expect(notesHold(balance, NOW + 1)).toBe(true);
    expect(notesHold({ ...balance, holdEndsAtMs: undefined }, NOW)).toBe(true);
  });
});
