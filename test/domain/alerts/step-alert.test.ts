import { expect, test } from 'vitest';
import { anomalyAlertOf } from '../../../domain/alerts/anomaly-alert.ts';
import {
  type AlertedStep,
  spikeStaysOf,
  stepAlertOf,
  stepEndOf,
} from '../../../domain/alerts/step-alert.ts';
import { EFFECTS } from '../../../domain/anomalies/explain-anomaly.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';

const ACME = { organizationId: 'acme', scope: 'organization', scopeId: 'acme' } as const;
const FROM = Date.parse('2026-11-14T00:00:00Z');
const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;
const RISE: AlertedStep = {
  direction: 'above',
  since: '2026-11-14',
  fromMs: FROM,
  daysSince: 5,
  beforeNanoUsd: usd(4),
  sinceNanoUsd: usd(12),
  explanation: {
    differenceNanoUsd: usd(40),
    cause: 'size',
    movers: [
      { dimension: 'operation', value: 'summarize', beforeNanoUsd: usd(6), afterNanoUsd: usd(36) },
    ],
  },
};
const FALL: AlertedStep = {
  ...RISE,
  direction: 'below',
  beforeNanoUsd: usd(12),
  sinceNanoUsd: usd(4),
  explanation: {
    differenceNanoUsd: -usd(40),
    cause: 'volume',
    movers: [{ dimension: 'user', value: 'ada', beforeNanoUsd: usd(36), afterNanoUsd: usd(6) }],
  },
};

test('a rise is told with its first day, both levels, why, who, and what to do', () => {
  const { subject, body, attributes, endsAtMs } = stepAlertOf(
    ACME,
    { ...RISE, spikeFromMs: FROM + 8 * 3_600_000 },
    5,
  );
  expect(subject).toBe(
    'Warning: acme spends 12.00 USD a day since 2026-11-14, 4.00 was usual, mostly operation summarize',
  );
  expect(body)
    .toBe(`Since 2026-11-14, a usual day of acme costs 12.00 USD. Before, it cost 4.00 USD. This has lasted for 5 days. The cause is mostly longer requests. It began with the spike of 2026-11-14 08:00 UTC, which did not pass.
Purser restricted nothing.

Now:                  12.00 USD a day, 300 % of before
Before:               4.00 USD a day
operation summarize:  6.00 → 36.00 USD, 75 % of the difference to as many days before

What to do
- If you expected this, adjust the budget: PUT /v1/budgets.
- If not, find the change: GET /v1/anomalies shows who spends more. To stop it: POST /v1/controls.`);
  expect(attributes).toMatchObject({
    since: '2026-11-14',
    direction: 'above',
    beforeUsd: '4.000000000',
    sinceUsd: '12.000000000',
  });
  expect(endsAtMs).toBe(Date.parse('2026-12-12T00:00:00Z'));
});

test('a fall is a notice in words of its own, and nothing that lasts', () => {
  const { subject, body, endsAtMs, letter } = stepAlertOf(ACME, FALL, 5);
  expect(subject).toBe(
    'Notice: acme spends 4.00 USD a day since 2026-11-14, 12.00 was usual, mostly user ada',
  );
  expect(body).toContain('mostly fewer requests');
  expect(body).toContain('36.00 → 6.00 USD, 75 % of the difference');
  expect(body).toContain('find what stopped');
  expect(letter?.rows?.map(({ share }) => share)).toEqual([333, 1_000, 750]);
  expect(endsAtMs).toBe(5);
});

test('each cause of a fall has words of its own', () => {
  const bodies = EFFECTS.map((cause) => {
    const explanation = { differenceNanoUsd: -usd(40), cause, movers: [] };
    return stepAlertOf(ACME, { ...FALL, explanation }, 5).body;
  });
  expect(new Set(bodies).size).toBe(EFFECTS.length);
});

test('a step without an explanation names no cause and nobody', () => {
  const { explanation: _, ...step } = RISE;
  const { subject, body } = stepAlertOf(ACME, step, 5);
  expect(`${subject} ${body}`).not.toMatch(/mostly/);
});

test('a spike whose level stays ends with both levels and what to do, and not as usual', () => {
  const hours = { fromMs: FROM, toMs: FROM, actualNanoUsd: usd(9), expectedNanoUsd: usd(1) };
  const spike = anomalyAlertOf(ACME, hours, 5);
  const end = spikeStaysOf(spike, RISE, 6);
  expect(end).toMatchObject({ isEnd: true, incidentKey: spike.dedupKey });
  expect(end.subject).toBe('Purser: over for organization acme: the new level stays');
  expect(end.body).toBe(
    'This is over: the new level stays. A usual day costs 12.00 USD since 2026-11-14; before, it cost 4.00 USD. If you expected this, adjust the budget: PUT /v1/budgets. If not, find the change: GET /v1/anomalies shows who spends more. To stop it: POST /v1/controls.',
  );
  // The usual day changes from day to day; the end is the same.
  expect(spikeStaysOf(spike, { ...RISE, sinceNanoUsd: usd(13) }, 7).dedupKey).toBe(end.dedupKey);
});

test('another step ends the incident of the one before', () => {
  const alert = stepAlertOf(ACME, RISE, 5);
  const end = stepEndOf(alert, { since: '2026-11-25' }, 6);
  expect(end).toMatchObject({ isEnd: true, incidentKey: alert.dedupKey });
  expect(end.body).toBe('This is over: spending has another level since 2026-11-25.');
});
