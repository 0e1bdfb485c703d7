import { describe, expect, test } from 'vitest';
import { controlAlertOf } from '../../../domain/alerts/control-alert.ts';
import type { Control, ControlChange } from '../../../domain/controls/control.ts';
import { NOON_MS } from '../../support/alerts.ts';

const control: Control = {
  scope: 'user',
  scopeId: 'ada',
  restriction: { action: 'throttle', tier: 2 },
  origin: 'automatic',
  actor: 'automatic',
  reason: 'critical threshold reached',
  appliedAtMs: NOON_MS,
  changedAtMs: NOON_MS,
};
const alertOf = (change: ControlChange['change'], changes: Partial<Control> = {}) =>
  controlAlertOf('acme', { change, control: { ...control, ...changes }, next: {} }, NOON_MS);

describe('the alerts of a control', () => {
  test('are of one incident, from its beginning to its end', () => {
    const alerts = [
      alertOf('applied'),
      alertOf('hardened', { restriction: { action: 'shutdown' }, changedAtMs: NOON_MS + 1 }),
      alertOf('recovered', { changedAtMs: NOON_MS + 2 }),
    ];
    expect(alerts.map(({ kind }) => kind)).toEqual([
      'control_applied',
      'control_applied',
      'control_ended',
    ]);
    expect(new Set(alerts.map(({ incidentKey }) => incidentKey)).size).toBe(1);
    expect(new Set(alerts.map(({ dedupKey }) => dedupKey)).size).toBe(3);
    const next = alertOf('applied', { appliedAtMs: NOON_MS + 3, changedAtMs: NOON_MS + 3 });
    expect(next.incidentKey).not.toBe(alerts[0]?.incidentKey);
  });

  test('are the same when published again, and another when it is hardened again', () => {
    const first = alertOf('hardened', { changedAtMs: NOON_MS + 1 });
    expect(alertOf('hardened', { changedAtMs: NOON_MS + 1 })).toEqual(first);
    const second = alertOf('hardened', { changedAtMs: NOON_MS + 900_000 });
    expect(second.dedupKey).not.toBe(first.dedupKey);
  });

  test.each([
    [{ action: 'throttle', tier: 1, spares: 'high' }, 'warning'],
    [{ action: 'throttle', tier: 1 }, 'warning'],
    [{ action: 'throttle', tier: 2, spares: 'critical' }, 'critical'],
    [{ action: 'throttle', tier: 3 }, 'critical'],
    [{ action: 'disable' }, 'critical'],
    [{ action: 'shutdown' }, 'emergency'],
  ] as const)('of %j are of severity %s', (restriction, severity) => {
    expect(alertOf('applied', { restriction }).severity).toBe(severity);
  });
});
