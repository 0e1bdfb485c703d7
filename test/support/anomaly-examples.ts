import { anomalyAlertOf } from '../../domain/alerts/anomaly-alert.ts';
import { stepAlertOf } from '../../domain/alerts/step-alert.ts';
import { NOON_MS } from './alerts.ts';

const USD = 1_000_000_000n;
const HOUR_MS = 3_600_000;

/** An unusual night of an organization. */
export const ANOMALY = anomalyAlertOf(
  { organizationId: 'acme', scope: 'organization', scopeId: 'acme' },
  {
    fromMs: NOON_MS - 6 * HOUR_MS,
    toMs: NOON_MS - 3 * HOUR_MS,
    actualNanoUsd: 125n * (USD / 10n),
    expectedNanoUsd: 4n * USD,
    explanation: {
      differenceNanoUsd: 8n * USD,
      cause: 'size',
      movers: [
        mover('user', 'ada', 1n * USD, 7n * USD),
        mover('model', 'anthropic.claude-opus-5-5', 2n * USD, 5n * USD),
      ],
    },
  },
  NOON_MS,
);

/** A lasting step of an organization. */
export const STEP = stepAlertOf(
  { organizationId: 'acme', scope: 'organization', scopeId: 'acme' },
  {
    direction: 'above',
    since: '2026-11-16',
    fromMs: Date.parse('2026-11-16T00:00:00Z'),
    daysSince: 5,
    beforeNanoUsd: 41n * (USD / 10n),
    sinceNanoUsd: 124n * (USD / 10n),
    spikeFromMs: Date.parse('2026-11-16T08:00:00Z'),
    explanation: {
      differenceNanoUsd: 40n * USD,
      cause: 'size',
      movers: [
        mover('user', 'ada', 5n * USD, 35n * USD),
        mover('model', 'anthropic.claude-opus-5-5', 10n * USD, 25n * USD),
      ],
    },
  },
  NOON_MS,
);

function mover(dimension: 'user' | 'model', value: string, before: bigint, after: bigint) {
  return { dimension, value, beforeNanoUsd: before, afterNanoUsd: after };
}
