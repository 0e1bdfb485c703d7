import { describe, expect, test } from 'vitest';
import type { AlertedBreach } from '../../../domain/alerts/breach-alert.ts';
import {
  BREACHES_LISTED,
  breachGroupAlertOf,
  newUsersAlertOf,
} from '../../../domain/alerts/breach-group.ts';
import { NOON_MS } from '../../support/alerts.ts';

const breachOf = (scopeId: string, over: Partial<AlertedBreach> = {}): AlertedBreach => ({
  organizationId: 'acme',
  scope: 'user',
  scopeId,
  level: { name: 'warning', percentHundredths: 8_000, period: 'daily', action: 'alert' },
  period: 'daily',
  periodKey: '2026-11-21',
  spent: 8_000_000_000n,
  limit: 8_000_000_000n,
  raisedAtMs: NOON_MS,
  executedAction: 'alert',
  ...over,
});
const users = (count: number): AlertedBreach[] =>
  Array.from({ length: count }, (_, position) => breachOf(`user-${position + 1}`));

describe('an alert of several breaches', () => {
  test('is that of the breach itself if there is only one', () => {
    expect(breachGroupAlertOf(users(1), 'key').body).not.toContain('Also reached');
  });

  test.each([
    [BREACHES_LISTED + 1, undefined],
    [BREACHES_LISTED + 2, '- and 1 more: see GET /v1/breaches'],
    [BREACHES_LISTED + 13, '- and 12 more: see GET /v1/breaches'],
  ])('of %i scopes lists the first of the others, and counts the rest', (count, rest) => {
    const { subject, body, attributes } = breachGroupAlertOf(users(count), 'key');
    expect(subject).toBe(`Purser warning: ${count} scopes of acme, first user user-1`);
    expect(body.match(/^- warning: user user-\d+ spent 8\.00 USD of 8\.00 .*$/gm)).toHaveLength(
      BREACHES_LISTED,
    );
    expect(body.split('\n').find((line) => line.startsWith('- and'))).toBe(rest);
    expect(attributes).toMatchObject({ breaches: String(count), scopes: String(count) });
  });

  test('begins with the gravest, and among equals with the most telling scope', () => {
    const organization = breachOf('acme', { scope: 'organization' });
    const critical = breachOf('chat', {
      scope: 'system',
      level: { name: 'critical', percentHundredths: 10_000, period: 'daily', action: 'alert' },
    });
    const { severity, scope, body } = breachGroupAlertOf(
      [organization, breachOf('ada'), critical],
      'key',
    );
    expect({ severity, scope }).toEqual({ severity: 'critical', scope: 'system' });
    expect(body.indexOf('user ada')).toBeLessThan(body.indexOf('organization acme'));
  });
});

test('new users of one key are counted, and listed up to the bound', () => {
  const alert = newUsersAlertOf(users(BREACHES_LISTED + 3), { keyId: 'k1', users: 11 }, 'key');
  expect(alert.subject).toBe('Purser warning: 11 new users of key k1 reached thresholds');
  expect(alert.body).toContain('- and 3 more: see GET /v1/breaches');
});
