import { describe, expect, it } from 'vitest';
import type { Budget, BudgetSource } from '../../../domain/ledger/budget.ts';
import { budgetFrom, defaultChanges } from '../../../domain/members/applied-budgets.ts';
import type { DefaultsRule } from '../../../domain/members/member-defaults.ts';

const ADA = { scope: 'user', scopeId: 'ada' } as const;
const terms = (limitNanoUsd: bigint) => ({
  limitNanoUsd,
  timeZone: 'UTC',
  enforcement: 'enforce' as const,
});

const rule = (
  scope: 'organization' | 'department',
  version: number,
  daily: bigint | undefined,
): DefaultsRule => ({
  owner: { scope, scopeId: scope === 'organization' ? 'acme' : 'lab' },
  member: 'user',
  defaults: daily === undefined ? {} : { budgets: { daily: terms(daily) } },
  version,
  updatedAtMs: 1,
});

const own = (source: BudgetSource | undefined): Budget => ({
  ...ADA,
  ...terms(7n),
  period: 'daily',
  source,
  createdAtMs: 1,
  updatedAtMs: 1,
});

const limitsOf = (source: BudgetSource | undefined | null, rules: DefaultsRule[]) =>
  defaultChanges(
    { ...ADA, ...(source === null ? {} : { daily: own(source) }), version: 1 },
    rules,
  ).map(({ to }) => to?.budget.limitNanoUsd);

describe('default budgets of a member', () => {
  const counting = (limitNanoUsd: bigint | undefined): DefaultsRule => ({
    ...rule('organization', 3, 5n),
    defaults: { budgets: { daily: { ...terms(5n), limitNanoUsd, countLimits: { tokens: 9 } } } },
  });

  it('limit tokens, but only money where the budget is split into lanes', () => {
    const limits = (lanes: number, of: DefaultsRule) =>
      defaultChanges({ ...ADA, lanes: { daily: lanes }, version: 1 }, [of]).map(
        ({ to }) => to && [to.budget.limitNanoUsd, to.budget.countLimits?.tokens],
      );
    expect(limits(1, counting(5n))).toEqual([[5n, 9]]);
    expect(limits(4, counting(5n))).toEqual([[5n, undefined]]);
    expect(limits(4, counting(undefined))).toEqual([]);
  });

  it.each<[string, BudgetSource | undefined | null, DefaultsRule[], (bigint | undefined)[]]>([
    ['are created for members without a budget', null, [rule('organization', 3, 5n)], [5n]],
    ['leave alone what was set on the member', undefined, [rule('organization', 3, 5n)], []],
    [
      'follow a newer version of their rule',
      { owner: 'organization/acme', version: 2 },
      [rule('organization', 3, 5n)],
      [5n],
    ],
    [
      'ignore a version that was read before',
      { owner: 'organization/acme', version: 4 },
      [rule('organization', 3, 5n)],
      [],
    ],
    [
      'come from the department first',
      { owner: 'organization/acme', version: 3 },
      [rule('department', 1, 9n), rule('organization', 3, 5n)],
      [9n],
    ],
    [
      'stay with another department',
      { owner: 'department/sales', version: 1 },
      [rule('department', 1, 9n), rule('organization', 3, 5n)],
      [],
    ],
    [
      'fall back when the department has none any more',
      { owner: 'department/lab', version: 1 },
      [rule('department', 2, undefined), rule('organization', 3, 5n)],
      [5n],
    ],
    [
      'end when no rule has one',
      { owner: 'organization/acme', version: 3 },
      [rule('organization', 4, undefined)],
      [undefined],
    ],
  ])('%s', (_, source, rules, limits) => {
    expect(limitsOf(source, rules)).toEqual(limits);
  });

  it('keep what the member has besides', () => {
    const before = { ...own({ owner: 'organization/acme', version: 1 }), lanes: 2 };
    const source = { owner: 'organization/acme', version: 2 };
    const to = { budget: terms(9n), source, idleSeconds: undefined };
    const predecessor = { before, formerCalendar: undefined, openKeys: new Set<string>() };
    expect(budgetFrom(to, { ...ADA, period: 'daily' }, predecessor, 50)).toMatchObject({
      limitNanoUsd: 9n,
      source,
      lanes: 2,
      createdAtMs: 1,
      updatedAtMs: 50,
    });
  });
});
