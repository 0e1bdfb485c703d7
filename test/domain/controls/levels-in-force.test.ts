import { describe, expect, test } from 'vitest';
import { DEFAULT_LEVELS } from '../../../domain/controls/built-in-levels.ts';
import { levelsInForce, withoutBuiltIn } from '../../../domain/controls/levels-in-force.ts';
import {
  type BudgetLevel,
  faultsOfBudgetLevels,
  type ThresholdLevel,
} from '../../../domain/controls/thresholds.ts';

const level = (amount: bigint, more: Partial<ThresholdLevel> = {}): ThresholdLevel => ({
  name: 'warning',
  amountNanoUsd: amount,
  period: 'daily',
  action: 'alert',
  ...more,
});
const monthly = (amount: bigint) => level(amount, { period: 'monthly' });
const sources = (...facts: Parameters<typeof levelsInForce>) =>
  levelsInForce(...facts).map(({ period, source }) => [
    period,
    source.kind === 'defaults' ? source.owner : source.kind,
  ]);

describe('the levels in force', () => {
  test('are the built-in ones where nobody set any, and none for models, sessions and tags', () => {
    expect(levelsInForce('user', undefined)).toMatchObject(DEFAULT_LEVELS);
    expect(withoutBuiltIn(levelsInForce('user', undefined))).toEqual([]);
    for (const scope of ['model', 'session', 'tag:project'] as const) {
      expect(levelsInForce(scope, undefined)).toEqual([]);
    }
  });

  test('of every budget stand beside each other and beside those of the scope itself', () => {
    const own = {
      levels: [level(1n)],
      budgets: { daily: [level(2n)], monthly: [monthly(3n)] },
    };
    expect(sources('user', own)).toEqual([
      ['daily', 'budget'],
      ['daily', 'scope'],
      ['monthly', 'budget'],
    ]);
  });

  test('of one period leave the defaults of the others as they are', () => {
    const builtIn = ['daily', 'daily', 'daily'].map((period) => [period, 'builtin']);
    expect(sources('user', { budgets: { monthly: [monthly(3n)] } })).toEqual([
      ...builtIn,
      ['monthly', 'budget'],
    ]);
    const rates = ['hourly', 'hourly', 'hourly'].map((period) => [period, 'builtin']);
    expect(sources('organization', { levels: [level(1n)] })).toEqual([
      ...rates,
      ['daily', 'scope'],
    ]);
  });

  test('come from the first owner that sets any for the period', () => {
    const research = { owner: 'department/research', levels: [monthly(1n)] };
    const acme = { owner: 'organization/acme', levels: [level(2n), monthly(2n)] };
    expect(sources('user', undefined, [research, acme])).toEqual([
      ['daily', 'organization/acme'],
      ['monthly', 'department/research'],
    ]);
    expect(sources('user', { levels: [level(9n)] }, [research, acme])).toEqual([
      ['daily', 'scope'],
      ['monthly', 'department/research'],
    ]);
  });
});

describe('the levels of a budget', () => {
  const percent: BudgetLevel = { name: 'warning', percentHundredths: 8_000, action: 'alert' };

  test('have its period, or name an amount in another', () => {
    expect(faultsOfBudgetLevels('monthly', [percent, { ...level(1n), period: 'daily' }])).toEqual(
      [],
    );
    expect(faultsOfBudgetLevels('monthly', [{ ...percent, period: 'monthly' }])).toEqual([]);
    expect(faultsOfBudgetLevels('monthly', [{ ...percent, period: 'daily' }])).toMatchObject([
      { field: 'thresholds[0].period' },
    ]);
  });

  test('are checked as those of one period', () => {
    expect(faultsOfBudgetLevels('weekly', [percent, percent])).toMatchObject([
      { field: 'thresholds[1]', message: 'the weekly level "warning" is listed twice' },
    ]);
  });
});
