import { describe, expect, it } from 'vitest';
import { lanesOf, untouchedBalance } from '../../../domain/ledger/budget.ts';
import { limitChanges } from '../../../domain/ledger/limit-changes.ts';

const REF = {
  scope: 'organization',
  scopeId: 'acme',
  period: 'daily',
  periodKey: '2026-11-21',
} as const;

const limitsOf = (changes: ReturnType<typeof limitChanges>): bigint =>
  changes.reduce((sum, { limitNanoUsd }) => sum + limitNanoUsd, 0n);

describe('a new limit', () => {
  it.each([1, 2, 3])('is the sum of all lanes with %i of them open', (open) => {
    const balances = [90n, 5n, 25n].slice(0, open).map((limit) => untouchedBalance(limit));
    for (const limit of [0n, 7n, 1_000n]) {
      const changes = limitChanges(lanesOf(REF, 3), balances, limit);
      expect(limitsOf(changes)).toBe(limit);
      expect(changes.map(({ isNewLane = false }) => isNewLane)).toEqual(
        [0, 1, 2].map((lane) => lane >= open),
      );
    }
  });

  it('leaves a period unopened that nothing has touched', () => {
    const changes = limitChanges(lanesOf(REF, 2), [], 10n);
    expect(changes.map(({ was, isNewLane }) => [was, isNewLane])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});
