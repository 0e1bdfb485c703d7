import { describe, expect, test } from 'vitest';
import { FLAG_UNITS, FULLY_ON, type FlagSetting, isFlagOn } from '../../../domain/flags/flag.ts';
import { createFlagSet, UNREAD_FLAGS } from '../../../domain/flags/flag-set.ts';

const ada = {
  organizationId: 'acme',
  system: 'relaycore',
  departmentId: 'research',
  userId: 'ada',
};
const isOn = (setting: Partial<FlagSetting>, subject = ada): boolean =>
  isFlagOn('throttling', { ...FULLY_ON, ...setting }, subject);
const override = (scope: 'user' | 'department' | 'system', scopeId: string, enabled: boolean) => ({
  scope,
  scopeId,
  enabled,
});

describe('a flag', () => {
  test('is on for everybody until somebody sets it', () => {
    expect(createFlagSet(new Map()).isOn('throttling', ada)).toBe(true);
  });

  test('that is not enabled is off whatever else is set', () => {
    expect(isOn({ enabled: false, overrides: [override('user', 'ada', true)] })).toBe(false);
  });

  test('is given and denied by overrides whatever the share', () => {
    expect(isOn({ rolloutPercent: 0, overrides: [override('user', 'ada', true)] })).toBe(true);
    expect(isOn({ overrides: [override('system', 'relaycore', false)] })).toBe(false);
    expect(isOn({ overrides: [override('user', 'bob', false)] })).toBe(true);
  });

  test('goes by the user before the department before the system', () => {
    const system = override('system', 'relaycore', true);
    const department = override('department', 'research', false);
    const user = override('user', 'ada', true);
    expect(isOn({ rolloutPercent: 0, overrides: [system, department] })).toBe(false);
    expect(isOn({ rolloutPercent: 0, overrides: [system, department, user] })).toBe(true);
  });

  test.each(FLAG_UNITS)('has one state for all requests of one %s', (unit) => {
    const users = Array.from({ length: 200 }, (_, at) => ({ ...ada, userId: `user-${at}` }));
    const states = new Set(users.map((user) => isOn({ rolloutPercent: 50, unit }, user)));
    expect(states.size).toBe(unit === 'user' ? 2 : 1);
  });

  test('takes requests without a department for one department', () => {
    const { departmentId: _, ...without } = ada;
    const states = Array.from({ length: 50 }, (__, at) =>
      isFlagOn(
        'throttling',
        { ...FULLY_ON, rolloutPercent: 50, unit: 'department' },
        { ...without, userId: `user-${at}` },
      ),
    );
    expect(new Set(states).size).toBe(1);
  });

  test('that was never read guards money and takes no liberty', () => {
    expect(UNREAD_FLAGS.isOn('throttling', ada)).toBe(true);
    expect(UNREAD_FLAGS.isOn('model-switching', ada)).toBe(false);
    expect(UNREAD_FLAGS.isOn('trained-predictor', ada)).toBe(false);
  });
});
