import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertedBreach } from '../../domain/alerts/alerted-breach.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { breachGroupAlertOf, newUsersAlertOf } from '../../domain/alerts/breach-group.ts';
import { controlAlertOf } from '../../domain/alerts/control-alert.ts';
import { deviationAlertOf } from '../../domain/alerts/deviation-alert.ts';
import { digestAlertOf } from '../../domain/alerts/digest-alert.ts';
import { emailMessageOf } from '../../domain/alerts/email-message.ts';
import type { EmailMessage } from '../../domain/letters/letter.ts';
import { overrideAlertOf } from '../../domain/alerts/override-alert.ts';
import { newSpenderAlertOf } from '../../domain/alerts/new-spender-alert.ts';
import { patternAlertOf } from '../../domain/alerts/pattern-alert.ts';
import { priceAlertOf } from '../../domain/alerts/price-alert.ts';
import { projectionAlertOf } from '../../domain/alerts/projection-alert.ts';
import { testAlertOf } from '../../domain/alerts/test-alert.ts';
import type { Control, ControlChange } from '../../domain/controls/control.ts';
import type { LevelName } from '../../domain/controls/thresholds.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { costReportOf } from '../../domain/reporting/cost-report.ts';
import { NOTHING } from '../../domain/reporting/measures.ts';
import { reportMailOf } from '../../domain/reporting/report-mail.ts';
import { savingsMailOf } from '../../domain/advice/savings-mail.ts';
import { SAVINGS } from './savings-example.ts';
import { NOON_MS } from './alerts.ts';
import { ANOMALY, STEP } from './anomaly-examples.ts';
import { newAgent } from './new-spender.ts';

const DEPLOYMENT = { environment: 'prod', region: 'us-east-1' };
const USD = 1_000_000_000n;
const HOUR_MS = 3_600_000;

const breach = (
  scope: 'user' | 'department' | 'organization',
  scopeId: string,
  over: { name?: LevelName; spent?: bigint; limit?: bigint; action?: 'alert' | 'shutdown' } = {},
): AlertedBreach => {
  const { name = 'critical', spent = 12n * USD, limit = 10n * USD, action = 'alert' } = over;
  const level = { name, amountNanoUsd: limit, period: 'daily', action } as const;
  return {
    organizationId: 'acme',
    scope,
    scopeId,
    level,
    period: 'daily',
    spent,
    limit,
    periodKey: '2026-11-21',
    raisedAtMs: NOON_MS,
    executedAction: action,
    control: action === 'shutdown' ? shutdown : undefined,
  };
};

const control: Control = {
  scope: 'user',
  scopeId: 'ada',
  restriction: { action: 'throttle', tier: 2, spares: 'critical' },
  origin: 'automatic',
  actor: 'automatic',
  reason: 'critical threshold reached',
  appliedAtMs: NOON_MS,
  changedAtMs: NOON_MS,
  expiresAtMs: NOON_MS + 12 * HOUR_MS,
};
const shutdown: Control = { ...control, restriction: { action: 'shutdown' } };
const controlAlert = (change: ControlChange['change']) =>
  controlAlertOf('acme', { change, control, next: {} }, NOON_MS);

const crossing = {
  scope: 'department',
  scopeId: 'vertrieb-süd',
  period: 'monthly',
  periodKey: '2026-11',
  endsAtMs: NOON_MS,
  spent: 640n * USD,
  limit: 800n * USD,
  projected: 914n * USD,
  crossesAtMs: NOON_MS + 60 * HOUR_MS,
} as const;

const digest = digestAlertOf(
  [
    breachAlertOf(
      breach('department', 'vertrieb-süd', { name: 'warning', spent: 3n * USD, limit: 2n * USD }),
    ),
    breachAlertOf(breach('user', 'a-user-whose-name-is-as-long-as-names-in-some-directories-are')),
    ANOMALY,
    breachAlertOf(
      breach('user', 'grace', { name: 'emergency', spent: 31n * USD, limit: 25n * USD }),
    ),
  ],
  'digest',
  NOON_MS,
);

const cardFrom = (source: string, sourceDate: string) =>
  ({ source, sourceDate, effectiveFromMs: NOON_MS }) as RateCard;
const prices = priceAlertOf(
  'acme',
  {
    digest: 'one',
    prices: [
      {
        model: 'claude-haiku-4-5',
        current: cardFrom('Anthropic', '2026-08-01'),
        card: cardFrom('AWS', '2026-11-20'),
        changes: [
          { place: 'base', field: 'input', before: USD, after: (8n * USD) / 10n },
          { place: 'base', field: 'output', before: 5n * USD, after: 4n * USD },
        ],
        suspicions: [],
        isApplied: false,
        body: { prices: { input: '0.800000000', output: '4.000000000' } },
      },
      {
        model: 'nova-lite',
        current: cardFrom('AWS', '2026-08-01'),
        card: cardFrom('AWS', '2026-11-20'),
        changes: [{ place: 'base', field: 'input', before: USD / 20n, after: USD / 10n }],
        suspicions: [],
        isApplied: true,
        body: {},
      },
    ],
  },
  NOON_MS,
);

const deviation = deviationAlertOf(
  {
    organizationId: 'acme',
    entryId: '019ab6c0-0000-7000-8000-00000000000c',
    keyId: 'key-7',
    chargedNanoUsd: 500n * USD,
    disputedNanoUsd: 480n * USD,
  } as Entry,
  'above-price',
  NOON_MS,
);

const ALERTS: Record<string, Alert> = {
  'a level reached': breachAlertOf(breach('user', 'ada')),
  'several scopes, shut down': breachGroupAlertOf(
    [
      breach('user', 'ada', {
        name: 'emergency',
        spent: 60n * USD,
        limit: 25n * USD,
        action: 'shutdown',
      }),
      breach('user', 'ada', { spent: 60n * USD }),
      breach('user', 'ada', { name: 'warning', spent: 60n * USD, limit: 5n * USD }),
      breach('department', 'research', { spent: 60n * USD }),
      breach('organization', 'acme', { name: 'warning', spent: 1_260n * USD, limit: 1_000n * USD }),
    ],
    'several',
  ),
  'new users of one key': newUsersAlertOf(
    Array.from({ length: 3 }, (_, n) => breach('user', `invented-${n}`)),
    { keyId: 'key-7', users: 3 },
    'new',
  ),
  'a restriction': controlAlert('applied'),
  'the end of a restriction': controlAlert('recovered'),
  'a budget that will run out': projectionAlertOf('acme', crossing, NOON_MS),
  'an anomaly': ANOMALY,
  'a lasting step': STEP,
  'another pattern': patternAlertOf(
    { organizationId: 'acme', scope: 'department', scopeId: 'research' },
    {
      before: { pattern: 'steady', since: '2026-08-01', reason: 'first', weeklyChangePercent: 0.2 },
      after: {
        pattern: 'growing',
        since: '2026-11-20',
        reason: 'lasting',
        weeklyChangePercent: 7.6,
        evidence: { pattern: 'growing', size: 0.21, strength: 0.6, byChance: 1e-5 },
      },
    },
    NOON_MS,
  ),
  'a new spender': newSpenderAlertOf('acme', newAgent, { nowMs: NOON_MS }),
  'prices that differ': prices,
  'a key that deviates': deviation,
  'a request for money': overrideAlertOf(
    'acme',
    {
      scope: 'user',
      scopeId: 'ada',
      requestId: 'request-1',
      period: 'daily',
      addNanoUsd: 5n * USD,
      untilMs: NOON_MS + 12 * HOUR_MS,
      reason: 'Launch day',
      state: 'pending',
      askedBy: 'key-1',
      askedAtMs: NOON_MS,
    },
    NOON_MS,
  ),
  'a digest': digest,
  'a test': testAlertOf({
    scope: 'user',
    scopeId: 'ada',
    organizationId: 'acme',
    actor: 'key-1',
    onlyChannel: undefined,
    dedupKey: 'test',
    atMs: NOON_MS,
  }),
};

const report = costReportOf(
  {
    organizationId: 'acme',
    groupBy: 'department',
    granularity: 'total',
    range: { fromMs: NOON_MS - 181 * HOUR_MS, toMs: NOON_MS - 13 * HOUR_MS },
  },
  [184n, 96n, 41n, 7n].map((dollars, n) => ({
    organizationId: 'acme',
    dimension: 'department',
    granularity: 'daily',
    value: ['research', 'support', 'vertrieb-süd', 'finance'][n] ?? '',
    bucket: '2026-11-20',
    measures: { ...NOTHING, requests: dollars * 12n, costNanoUsd: dollars * USD },
  })),
);

/** A mail of each kind, by what it is about. */
export const MAIL_EXAMPLES: Record<string, EmailMessage> = {
  ...Object.fromEntries(
    Object.entries(ALERTS).map(([name, alert]) => [name, emailMessageOf(alert, DEPLOYMENT)]),
  ),
  'a weekly report of savings': savingsMailOf(
    {
      organization: 'acme',
      subscription: {
        name: 'savings',
        report: 'savings',
        frequency: 'weekly',
        timeZone: 'Europe/Berlin',
        hour: 7,
        to: ['finance@example.com'],
        groupBy: 'organization',
      },
      period: { fromMs: Date.parse('2026-11-15T23:00Z'), toMs: Date.parse('2026-11-22T23:00Z') },
      savings: SAVINGS,
    },
    DEPLOYMENT,
  ),
  'a weekly report': reportMailOf(
    {
      organization: 'acme',
      subscription: {
        name: 'weekly',
        report: 'costs',
        frequency: 'weekly',
        timeZone: 'Europe/Berlin',
        hour: 7,
        to: ['finance@example.com'],
        groupBy: 'department',
      },
      period: report.range,
      report,
      beforeNanoUsd: 290n * USD,
      series: [52n, 61n, 48n, 55n, 70n, 24n, 18n].map((dollars, day) => ({
        label: `2026-11-${14 + day}`,
        costNanoUsd: dollars * USD,
      })),
    },
    DEPLOYMENT,
  ),
};
