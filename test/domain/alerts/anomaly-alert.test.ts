import { expect, test } from 'vitest';
import { type AlertedAnomaly, anomalyAlertOf } from '../../../domain/alerts/anomaly-alert.ts';

const ANOMALY: AlertedAnomaly = {
  fromMs: Date.parse('2026-11-21T06:00:00Z'),
  toMs: Date.parse('2026-11-21T09:00:00Z'),
  actualUsd: '12.500000000',
  expectedUsd: '4.000000000',
  movers: ['user ada: 5 USD more', 'system relaycore: 3 USD more'],
};

test('the alert for an anomaly says since when, how much, why, and what to do', () => {
  const alert = anomalyAlertOf('acme', { ...ANOMALY, cause: 'size' }, 5);
  expect(alert).toEqual({
    kind: 'anomaly_detected',
    severity: 'warning',
    organizationId: 'acme',
    scope: 'organization',
    scopeId: 'acme',
    dedupKey: 'anomaly#acme#2026-11-21',
    atMs: 5,
    subject: 'Purser: acme has spent more than usual since 2026-11-21T06:00:00.000Z',
    body: `Since 2026-11-21T06:00:00.000Z, acme has spent more than its history explains.

Spent:     12.500000000 USD until 2026-11-21T09:00:00.000Z
Expected:  4.000000000 USD
Cause:     mostly longer requests
- user ada: 5 USD more
- system relaycore: 3 USD more

What to do
- See the hours and what changed: GET /v1/anomalies.
- Stop the source: POST /v1/controls.`,
    attributes: {
      event: 'anomaly_detected',
      organizationId: 'acme',
      scope: 'organization',
      scopeId: 'acme',
      from: '2026-11-21T06:00:00.000Z',
      actualUsd: '12.500000000',
      expectedUsd: '4.000000000',
    },
  });
});

test.each([
  ['volume', 'more requests'],
  ['mix', 'requests to more expensive models'],
  ['size', 'longer requests'],
  ['tokenMix', 'more output tokens, or fewer tokens from a cache'],
  ['price', 'different prices for the same tokens'],
] as const)('the cause %s reads "mostly %s"', (cause, words) => {
  const { body } = anomalyAlertOf('acme', { ...ANOMALY, cause }, 5);
  expect(body).toContain(`Cause:     mostly ${words}\n`);
});

test('an anomaly without a cause names none', () => {
  expect(anomalyAlertOf('acme', ANOMALY, 5).body).not.toContain('Cause:');
});
