import { describe, expect, test } from 'vitest';
import type { AlertedBreach } from '../../../domain/alerts/alerted-breach.ts';
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
    expect(breachGroupAlertOf(users(1), 'key').body).not.toContain('And ');
  });

  test.each([
    [BREACHES_LISTED + 1, undefined],
    [BREACHES_LISTED + 2, 'And 1 more: see GET /v1/breaches.'],
    [BREACHES_LISTED + 13, 'And 12 more: see GET /v1/breaches.'],
  ])('of %i scopes lists the first of the others, and counts the rest', (count, rest) => {
    const { subject, body, attributes } = breachGroupAlertOf(users(count), 'key');
    expect(subject).toBe(
      `Warning: user user-1 spent 8.00 of 8.00 USD on 2026-11-21, and ${count - 1} more users`,
    );
    expect(body.match(/^user user-\d+, warning: +spent 8\.00 of 8\.00 USD .*$/gm)).toHaveLength(
      BREACHES_LISTED,
    );
    expect(body.split('\n').find((line) => line.startsWith('And'))).toBe(rest);
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
  expect(alert.subject).toBe(
    'Warning: 11 new users of key k1 reached their limits, first user user-1 spent 8.00 of 8.00 USD on 2026-11-21',
  );
  expect(alert.body).toContain('And 3 more: see GET /v1/breaches.');
});
