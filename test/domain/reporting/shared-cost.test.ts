import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_ALLOCATION,
  splitExactly,
  splitSharedCost,
  SPLIT_RULES,
} from '../../../domain/reporting/shared-cost.ts';

const total = (amounts: bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
const NAMES = ['research', 'sales', 'support', 'platform'];

describe('shared cost', () => {
  test('adds up to what was spent, to the nano-dollar, by every rule', () => {
    const cost = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 18n });
    const direct = fc.uniqueArray(fc.tuple(fc.constantFrom<string | null>(null, ...NAMES), cost), {
      selector: ([id]) => id,
    });
    const shares = fc.subarray(NAMES, { minLength: 1 }).map((names) =>
      names.map((departmentId, position) => ({
        departmentId,
        percentHundredths: position === 0 ? 10_000 - (names.length - 1) * 1_111 : 1_111,
      })),
    );
    fc.assert(
      fc.property(
        direct,
        fc.constantFrom(...SPLIT_RULES),
        fc.subarray(NAMES),
        shares,
        (costs, rule, sharedDepartments, percents) => {
          const rows = splitSharedCost(new Map(costs), {
            rule,
            sharedDepartments,
            shares: percents.filter(
              ({ departmentId }) => !sharedDepartments.includes(departmentId),
            ),
          });
          const borne = rows.map((row) => row.directNanoUsd + row.sharedNanoUsd);
          expect(total(borne)).toBe(total(costs.map(([, amount]) => amount)));
          expect(
            rows.every(({ departmentId }) => !sharedDepartments.includes(departmentId ?? '')),
          ).toBe(true);
        },
      ),
    );
  });

  test('no part is a nano-dollar away from its exact share', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
        weights,
        (amount, weightList) => {
          const whole = total(weightList);
          fc.pre(whole > 0n);
          const parts = splitExactly(amount, weightList);
          expect(total(parts)).toBe(amount);
          parts.forEach((part, position) => {
            const off = part * whole - amount * (weightList[position] ?? 0n);
            expect(off < whole && -off < whole).toBe(true);
          });
        },
      ),
    );
  });

  test('goes by direct cost unless something else is set', () => {
    const direct = new Map([
      ['research', 300n],
      ['sales', 100n],
      [null, 10n],
    ]);
    expect(splitSharedCost(direct, DEFAULT_ALLOCATION)).toEqual([
      { departmentId: 'research', directNanoUsd: 300n, sharedNanoUsd: 8n },
      { departmentId: 'sales', directNanoUsd: 100n, sharedNanoUsd: 2n },
    ]);
    const even = { ...DEFAULT_ALLOCATION, rule: 'even', sharedDepartments: ['sales'] } as const;
    expect(splitSharedCost(direct, even)).toEqual([
      { departmentId: 'research', directNanoUsd: 300n, sharedNanoUsd: 110n },
    ]);
    const shares = [{ departmentId: 'support', percentHundredths: 10_000 }];
    expect(splitSharedCost(direct, { ...DEFAULT_ALLOCATION, rule: 'fixed', shares })).toEqual([
      { departmentId: 'research', directNanoUsd: 300n, sharedNanoUsd: 0n },
      { departmentId: 'sales', directNanoUsd: 100n, sharedNanoUsd: 0n },
      { departmentId: 'support', directNanoUsd: 0n, sharedNanoUsd: 10n },
    ]);
  });

  test('stays with nobody where there is no department', () => {
    expect(splitSharedCost(new Map([[null, 10n]]), DEFAULT_ALLOCATION)).toEqual([
      { departmentId: null, directNanoUsd: 0n, sharedNanoUsd: 10n },
    ]);
  });
});
