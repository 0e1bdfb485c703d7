import { expect, test } from 'vitest';
import { type AlertedAnomaly, anomalyAlertOf } from '../../../domain/alerts/anomaly-alert.ts';
import { EFFECTS } from '../../../domain/anomalies/explain-anomaly.ts';

const ACME = { organizationId: 'acme', scope: 'organization', scopeId: 'acme' } as const;
const ANOMALY: AlertedAnomaly = {
  fromMs: Date.parse('2026-11-21T06:00:00Z'),
  toMs: Date.parse('2026-11-21T09:00:00Z'),
  actualNanoUsd: 12_500_000_000n,
  expectedNanoUsd: 4_000_000_000n,
};
const EXPLANATION = {
  differenceNanoUsd: 8_000_000_000n,
  cause: 'size',
  movers: [
    {
      dimension: 'user',
      value: 'ada',
      beforeNanoUsd: 1_000_000_000n,
      afterNanoUsd: 7_000_000_000n,
    },
  ],
} as const;

test('the alert for an anomaly says since when, how much, why, who, and what to do', () => {
  const { subject, body, attributes } = anomalyAlertOf(
    ACME,
    { ...ANOMALY, explanation: EXPLANATION },
    5,
  );
  expect(subject).toBe('Warning: acme spent 12.50 USD where 4.00 is usual, mostly user ada');
  expect(body)
    .toBe(`Between 2026-11-21 06:00 UTC and 2026-11-21 09:00 UTC, acme spent 12.50 USD. Its history leads one to expect 4.00 USD. The cause is mostly longer requests.
Purser restricted nothing.

Spent:     12.50 USD
Usual:     4.00 USD
user ada:  1.00 → 7.00 USD, 75 % of the difference to a week earlier

What to do
- See the hours and what changed: GET /v1/anomalies.
- If this is wrong, stop the source: POST /v1/controls.`);
  expect(attributes).toMatchObject({ actualUsd: '12.500000000', expectedUsd: '4.000000000' });
});

test('each cause has words of its own', () => {
  const bodies = EFFECTS.map(
    (cause) => anomalyAlertOf(ACME, { ...ANOMALY, explanation: { ...EXPLANATION, cause } }, 5).body,
  );
  expect(new Set(bodies).size).toBe(EFFECTS.length);
});

test('an anomaly without an explanation names no cause and nobody', () => {
  const { subject, body } = anomalyAlertOf(ACME, ANOMALY, 5);
  expect(`${subject} ${body}`).not.toMatch(/mostly/);
});

test('the anomaly of a department names it, and is another incident', () => {
  const research = { ...ACME, scope: 'department', scopeId: 'research' } as const;
  const alert = anomalyAlertOf(research, ANOMALY, 5);
  expect(alert).toMatchObject({ scope: 'department', scopeId: 'research' });
  expect(alert.subject).toContain('department research');
  expect(alert.dedupKey).not.toBe(anomalyAlertOf(ACME, ANOMALY, 5).dedupKey);
});
