import { describe, expect, test } from 'vitest';
import {
  changedDefaults,
  defaultHoldSeconds,
  type DefaultsRule,
  type MemberDefaults,
  type MemberKind,
  rulesFor,
  setsNothing,
} from '../../../domain/members/member-defaults.ts';

const money = {
  limitNanoUsd: 5_000_000_000n,
  timeZone: 'UTC',
  enforcement: 'enforce',
} as const;
const rule = (member: MemberKind, defaults: MemberDefaults): DefaultsRule => ({
  owner: { scope: 'organization', scopeId: 'acme' },
  member,
  defaults,
  version: 1,
  updatedAtMs: 0,
});

test("a member follows its department's rule before the organization's", () => {
  const ofAll = { owner: { scope: 'organization', scopeId: 'acme' }, member: 'user' };
  const ofResearch = { owner: { scope: 'department', scopeId: 'research' }, member: 'user' };
  expect(rulesFor('acme', 'user', 'research')).toEqual([ofResearch, ofAll]);
  expect(rulesFor('acme', 'user', undefined)).toEqual([ofAll]);
});

describe('how long a request holds its money', () => {
  const rules = [
    rule('session', {}),
    rule('user', { idleSeconds: 1 }),
    rule('user', { holdSeconds: 60 }),
    rule('user', { holdSeconds: 90 }),
    rule('session', { holdSeconds: 30 }),
    rule('key', { holdSeconds: 10 }),
  ];

  test('is what the first rule of its session says, else that of its user', () => {
    expect(defaultHoldSeconds(rules, 'run-1')).toBe(30);
    expect(defaultHoldSeconds(rules, undefined)).toBe(60);
    expect(defaultHoldSeconds(rules.slice(0, 4), 'run-1')).toBe(60);
    expect(defaultHoldSeconds(rules.slice(0, 2), 'run-1')).toBeUndefined();
  });
});

describe('a change of defaults', () => {
  const before: MemberDefaults = { budgets: { daily: money, total: money }, holdSeconds: 60 };

  test.each<[MemberKind, MemberDefaults, string[]]>([
    ['session', { budgets: { total: money } }, []],
    [
      'session',
      { budgets: { daily: money, monthly: money } },
      ['budgets.daily', 'budgets.monthly'],
    ],
    ['session', { idleSeconds: 60 }, []],
    ['user', { idleSeconds: 60 }, ['idleSeconds']],
    ['key', { idleSeconds: 60 }, ['idleSeconds']],
    ['key', { budgets: { total: money } }, ['budgets']],
    ['user', { budgets: { total: money } }, []],
  ])('of a %s names what it may not set (%#)', (member, change, fields) => {
    const { faults } = changedDefaults(member, {}, change);
    expect(faults.map(({ field }) => field)).toEqual(fields);
  });

  test('keeps what it leaves out, and removes what is null', () => {
    const change = (of: Parameters<typeof changedDefaults>[2]) =>
      changedDefaults('user', before, of).defaults;
    expect(change({})).toEqual({ budgets: { daily: money, total: money }, holdSeconds: 60 });
    expect(change({ budgets: { daily: null } })).toEqual({
      budgets: { total: money },
      holdSeconds: 60,
    });
    expect(change({ budgets: null, holdSeconds: null })).toEqual({});
    expect(setsNothing(change({ budgets: null, holdSeconds: null }))).toBe(true);
    expect(setsNothing(change({ budgets: null }))).toBe(false);
    expect(change({ budgets: null, levels: [] })).toEqual({ holdSeconds: 60 });
  });

  test('names the budget that would limit nothing', () => {
    const { faults } = changedDefaults(
      'user',
      {},
      { budgets: { weekly: { enforcement: 'warn' } } },
    );
    expect(faults.map(({ field }) => field)).toEqual(['budgets.weekly.limitUsd']);
  });
});
