import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  channelsFor,
  DEFAULT_ALERT_PREFERENCES,
} from '../../../domain/alerts/alert-preferences.ts';
import type { AlertedBreach } from '../../../domain/alerts/alerted-breach.ts';
import { breachAlertOf } from '../../../domain/alerts/breach-alert.ts';
import { breachGroupAlertOf } from '../../../domain/alerts/breach-group.ts';
import { breachesOf, breachKeyText, type ScopeSpend } from '../../../domain/controls/breaches.ts';
import { DEFAULT_LEVELS } from '../../../domain/controls/built-in-levels.ts';
import {
  faultsOfLevels,
  LEVEL_NAMES,
  type ThresholdLevel,
} from '../../../domain/controls/thresholds.ts';
import {
  daysOfPeriod,
  reviewedPeriods,
  reviewedPeriodsOf,
  watchedPeriods,
  watchedPeriodsOf,
} from '../../../domain/controls/watched-periods.ts';
import { NANO_PER_USD, parseUsd } from '../../../domain/money.ts';
import { periodAt } from '../../../domain/periods.ts';

const usd = (text: string): bigint => parseUsd(text) ?? -1n;
const ada = { scope: 'user', scopeId: 'ada' } as const;
const spent = (amount: string, more: Partial<ScopeSpend> = {}): ScopeSpend => ({
  ...ada,
  period: 'daily',
  periodKey: '2026-11-21',
  endsAtMs: Date.parse('2026-11-22T00:00:00Z'),
  spent: usd(amount),
  ...more,
});
const names = (spend: ScopeSpend, levels: readonly ThresholdLevel[] = DEFAULT_LEVELS): string[] =>
  breachesOf(spend, levels).map(({ level }) => level.name);
const percentLevel: ThresholdLevel = {
  name: 'warning',
  percentHundredths: 8_000,
  period: 'monthly',
  action: 'alert',
};

describe('breaches', () => {
  test('a level is reached at its limit, not a nano-dollar before', () => {
    expect(names(spent('4.999999999'))).toEqual([]);
    expect(names(spent('5'))).toEqual(['warning']);
    expect(names(spent('10'))).toEqual(['warning', 'critical']);
    expect(names(spent('1000'))).toEqual(['warning', 'critical', 'emergency']);
  });

  test('more spending never reaches fewer levels', () => {
    const amount = fc.bigInt({ min: 0n, max: 100n * NANO_PER_USD });
    fc.assert(
      fc.property(amount, amount, (first, more) => {
        const before = names({ ...spent('0'), spent: first });
        const after = names({ ...spent('0'), spent: first + more });
        expect(after.slice(0, before.length)).toEqual(before);
      }),
    );
  });

  test('daily spend says nothing about monthly levels', () => {
    const monthly = DEFAULT_LEVELS.map((level) => ({ ...level, period: 'monthly' as const }));
    expect(names(spent('100'), monthly)).toEqual([]);
    expect(names(spent('100', { period: 'monthly', periodKey: '2026-11' }), monthly)).toHaveLength(
      3,
    );
  });

  test('a percentage is of the budget, and is reached only when it truly is', () => {
    const month = { period: 'monthly', periodKey: '2026-11' } as const;
    const of = (amount: string, budget?: string): string[] =>
      names(spent(amount, { ...month, budgetLimit: budget ? usd(budget) : undefined }), [
        percentLevel,
      ]);
    expect(of('80', '100')).toEqual(['warning']);
    expect(of('79.999999999', '100')).toEqual([]);
    expect(of('0.000000001', '0.000000001')).toEqual(['warning']);
    expect(of('80')).toEqual([]);
    expect(of('0', '0')).toEqual([]);
  });

  test('a percentage is of requests and tokens, too, rounded up; each is crossed apart', () => {
    const month = { period: 'monthly', periodKey: '2026-11' } as const;
    const of = (unit: ScopeSpend['unit'], amount: bigint, limit: bigint) =>
      breachesOf({ ...spent('0', month), unit, spent: amount, budgetLimit: limit }, [percentLevel]);
    expect(of('requests', 2n, 3n)).toEqual([]);
    expect(of('requests', 3n, 3n)).toMatchObject([{ unit: 'requests', spent: 3n, limit: 3n }]);
    const reached = [of('requests', 80n, 100n), of('tokens', 80n, 100n), of(undefined, 80n, 100n)];
    expect(reached.flat().map(breachKeyText)).toEqual([
      'monthly#2026-11#warning#percent:80.00=80 requests',
      'monthly#2026-11#warning#percent:80.00=80 tokens',
      'monthly#2026-11#warning#percent:80.00=0.000000080',
    ]);
  });

  test('what a budget recorded is not compared with amounts', () => {
    expect(names(spent('100', { budgetLimit: usd('1000') }))).toEqual([]);
  });

  test('is one breach per amount and period, whatever was spent when', () => {
    const keys = (spend: ScopeSpend, levels = DEFAULT_LEVELS): string[] =>
      breachesOf(spend, levels).map(breachKeyText);
    expect(keys(spent('6'))).toEqual(keys(spent('7')));
    expect(keys(spent('6'))).not.toEqual(keys(spent('6', { periodKey: '2026-11-22' })));
    const raised = DEFAULT_LEVELS.map((level) => ({ ...level, amountNanoUsd: usd('6') }));
    expect(keys(spent('6'), raised)[0]).not.toEqual(keys(spent('6'))[0]);
    const month = { period: 'monthly', periodKey: '2026-11' } as const;
    const budgetOf = (limit: string) => spent('500', { ...month, budgetLimit: usd(limit) });
    expect(keys(budgetOf('100'), [percentLevel])).toEqual(keys(budgetOf('100'), [percentLevel]));
    const raisedBudget = keys(budgetOf('200'), [percentLevel]);
    expect(raisedBudget).toHaveLength(1);
    expect(raisedBudget).not.toEqual(keys(budgetOf('100'), [percentLevel]));
  });
});

describe('thresholds', () => {
  const amount = (name: (typeof LEVEL_NAMES)[number], limit: string): ThresholdLevel => ({
    name,
    amountNanoUsd: usd(limit),
    period: 'daily',
    action: 'alert',
  });

  test('the defaults are 5, 10 and 25 USD a day and have no fault', () => {
    expect(faultsOfLevels(DEFAULT_LEVELS)).toEqual([]);
    expect(names(spent('25'))).toEqual([...LEVEL_NAMES]);
    expect(names(spent('24.99'))).toEqual(['warning', 'critical']);
  });

  test('levels are unique and rise with severity, whatever their order', () => {
    expect(faultsOfLevels([amount('warning', '1'), amount('warning', '2')])).toHaveLength(1);
    expect(faultsOfLevels([amount('critical', '1'), amount('warning', '2')])).toEqual([
      { position: 0, message: '"critical" must have a higher limit than "warning"' },
    ]);
    expect(faultsOfLevels([amount('emergency', '2'), amount('warning', '2')])).toHaveLength(1);
    expect(faultsOfLevels([amount('emergency', '3'), amount('warning', '2')])).toEqual([]);
  });

  test('levels of another period or unit do not compare', () => {
    const monthly: ThresholdLevel = { ...amount('critical', '1'), period: 'monthly' };
    expect(faultsOfLevels([amount('warning', '2'), monthly])).toEqual([]);
    expect(faultsOfLevels([{ ...percentLevel, period: 'daily' }, amount('critical', '1')])).toEqual(
      [],
    );
  });
});

describe('watched periods', () => {
  const at = (text: string): number => Date.parse(text);

  test('just after midnight the day before is still watched', () => {
    const keys = (text: string) => watchedPeriods('daily', at(text)).map(({ key }) => key);
    expect(keys('2026-11-21T00:00:00Z')).toEqual(['2026-11-21', '2026-11-20']);
    expect(keys('2026-11-21T00:59:59.999Z')).toEqual(['2026-11-21', '2026-11-20']);
    expect(keys('2026-11-21T01:00:00Z')).toEqual(['2026-11-21']);
    const budget = { period: 'daily', timeZone: 'Europe/Berlin', createdAtMs: 0 } as const;
    const ofBudget = watchedPeriodsOf(budget, at('2026-11-20T23:30:00Z'));
    expect(ofBudget.map(({ key }) => key)).toEqual(['2026-11-21', '2026-11-20']);
  });

  test('of a calendar are those watched now and those that hold a changed UTC day', () => {
    const keysOf = (timeZone: string, now: string, ...days: string[]) =>
      reviewedPeriodsOf({ period: 'daily', timeZone, createdAtMs: 0 }, at(now), days)
        .map(({ key }) => key)
        .toSorted();
    expect(keysOf('UTC', '2026-11-21T12:00:00Z')).toEqual(['2026-11-21']);
    expect(keysOf('UTC', '2026-11-21T12:00:00Z', '2026-10-02')).toEqual([
      '2026-10-02',
      '2026-11-21',
    ]);
    // Two at night in UTC, the day of before is still open in Los Angeles.
    expect(keysOf('America/Los_Angeles', '2026-11-22T02:00:00Z', '2026-11-21')).toEqual([
      '2026-11-20',
      '2026-11-21',
    ]);
    // A day that has not begun is of no concern.
    expect(keysOf('UTC', '2026-11-21T23:58:00Z', '2026-11-22')).toEqual(['2026-11-21']);
    expect(
      reviewedPeriods('monthly', at('2026-11-21T12:00:00Z'), ['2026-11-03', '2026-10-30']).map(
        ({ key }) => key,
      ),
    ).toEqual(['2026-11', '2026-10']);
  });

  test('the days of a month are those that have begun', () => {
    const now = at('2026-11-03T08:00:00Z');
    const month = periodAt('monthly', now, 'UTC');
    expect(daysOfPeriod(month, now)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);
    expect(daysOfPeriod(month, at('2026-12-01T00:30:00Z'))).toHaveLength(30);
  });
});

describe('alerts', () => {
  const [breach] = breachesOf(spent('5.25'), DEFAULT_LEVELS);
  const raised = {
    ...(breach ?? expect.unreachable()),
    organizationId: 'acme',
    raisedAtMs: Date.parse('2026-11-21T12:30:00Z'),
    executedAction: 'alert' as const,
  };

  test('say what, how much, against what, since when and what to do', () => {
    const { subject, body, attributes } = breachAlertOf(raised);
    expect(subject).toBe('Warning: user ada spent 5.25 of 5.00 USD on 2026-11-21');
    expect(body).toContain(
      'User ada of acme spent 5.25 USD on 2026-11-21, 105 % of the warning level',
    );
    expect(body).toMatch(/^Spent: +5\.25 USD\nWarning: +5\.00 USD$/m);
    expect(body).toContain('GET /v1/usage?userId=ada');
    expect(body).toContain('In force now: no restriction.');
    expect(attributes).toMatchObject({ level: 'warning', spentUsd: '5.250000000' });
  });

  test('say requests or tokens where the limit counts them', () => {
    const counted: AlertedBreach = {
      ...raised,
      level: { ...percentLevel, period: 'daily' },
      unit: 'requests',
      spent: 170n,
      limit: 160n,
    };
    const { subject, body, attributes } = breachAlertOf(counted);
    expect(subject).toBe('Warning: user ada used 170 of 160 requests on 2026-11-21');
    expect(body).toMatch(/^Used: +170 requests$/m);
    expect(body).toContain('level of 160 requests (80 % of the daily budget)');
    expect(body).not.toContain('USD');
    expect(attributes).toMatchObject({ unit: 'requests', used: '170', limit: '160' });
    expect(attributes).not.toHaveProperty('spentUsd');
    const several = breachGroupAlertOf([raised, counted], 'key').body;
    expect(several).toMatch(/^user ada, warning: +used 170 of 160 requests on 2026-11-21/m);
  });

  test('say what was done, or why not', () => {
    const throttled = { ...raised, level: { ...raised.level, action: 'throttle' as const } };
    expect(breachAlertOf(throttled).body).toContain(
      'In force now: no restriction. Purser did not carry out the action "throttle", because ',
    );
    const control = {
      scope: 'user',
      scopeId: 'ada',
      restriction: { action: 'shutdown' },
      origin: 'automatic',
      actor: 'automatic',
      reason: 'emergency threshold reached',
      appliedAtMs: 1,
      changedAtMs: 1,
      expiresAtMs: Date.parse('2026-11-22T00:00:00Z'),
    } as const;
    // The level only throttles; what counts is what is in force.
    const done = breachAlertOf({ ...throttled, executedAction: 'throttle', control });
    expect(done.body).toContain(
      'In force now: this user is shut down until spending is well below the level, at the latest until 2026-11-22 00:00 UTC.',
    );
    expect(done.body).toMatch(
      /- If this is wrong, end it now: POST \/v1\/controls\/ctl_\w+\/reverse\.$/m,
    );
    expect(done.body).not.toContain('no restriction');
    expect(done.attributes['inForce']).toBe('shutdown');
    const rate = { ...raised.level, period: 'hourly' } as const;
    expect(breachAlertOf({ ...raised, level: rate, period: 'hourly' })).toMatchObject({
      kind: 'spend_rate_exceeded',
      attributes: { event: 'spend_rate_exceeded' },
    });
    const elsewhere = breachAlertOf({ ...raised, scopeId: 'team/a|b' }).body;
    expect(elsewhere).toContain(`PUT /v1/thresholds/${raised.scope}/team%2Fa%7Cb.`);
    expect(breachAlertOf(throttled).attributes).toMatchObject({
      action: 'alert',
      configuredAction: 'throttle',
    });
  });

  test('have a subject of one line, whatever the scope is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 128 }), (scopeId) => {
        const { subject } = breachAlertOf({ ...raised, scopeId });
        expect(subject).toMatch(/^Warning: .*$/u);
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test('go to nobody below the minimum level or when turned off', () => {
    expect(channelsFor(DEFAULT_ALERT_PREFERENCES, 'warning')).toEqual([{ channel: 'email' }]);
    const onlyWorse = { ...DEFAULT_ALERT_PREFERENCES, minimumLevel: 'critical' as const };
    expect(channelsFor(onlyWorse, 'warning')).toEqual([]);
    expect(channelsFor(onlyWorse, 'emergency')).toEqual([{ channel: 'email' }]);
    expect(channelsFor({ ...DEFAULT_ALERT_PREFERENCES, enabled: false }, 'emergency')).toEqual([]);
  });
});
