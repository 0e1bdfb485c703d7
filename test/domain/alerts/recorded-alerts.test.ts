import { expect, test } from 'vitest';
import type { Alert } from '../../../domain/alerts/alert.ts';
import type { AlertedBreach } from '../../../domain/alerts/alerted-breach.ts';
import { breachAlertOf } from '../../../domain/alerts/breach-alert.ts';
import { breachGroupAlertOf, newUsersAlertOf } from '../../../domain/alerts/breach-group.ts';
import { controlAlertOf } from '../../../domain/alerts/control-alert.ts';
import { digestAlertOf } from '../../../domain/alerts/digest-alert.ts';
import { overrideAlertOf } from '../../../domain/alerts/override-alert.ts';
import { projectionAlertOf } from '../../../domain/alerts/projection-alert.ts';
import { testAlertOf } from '../../../domain/alerts/test-alert.ts';
import type { Control, ControlChange } from '../../../domain/controls/control.ts';
import type { ThresholdLevel } from '../../../domain/controls/thresholds.ts';
import type { OverrideRequest } from '../../../domain/ledger/override-request.ts';
import { alertWith, NOON_MS } from '../../support/alerts.ts';

const ada = { scope: 'user', scopeId: 'ada', spelling: 'Ada' } as const;
const percent: ThresholdLevel = {
  name: 'warning',
  percentHundredths: 8_050,
  period: 'daily',
  action: 'alert',
};
const breach = (over: Partial<AlertedBreach> = {}): AlertedBreach => ({
  organizationId: 'acme',
  ...ada,
  level: percent,
  period: 'daily',
  periodKey: '2026-11-21',
  spent: 8_050_000_000n,
  limit: 8_050_000_000n,
  raisedAtMs: NOON_MS,
  executedAction: 'alert',
  ...over,
});
const amount = (action: 'alert' | 'throttle' | 'shutdown'): ThresholdLevel => ({
  name: 'critical',
  amountNanoUsd: 5_000_000_000n,
  period: 'monthly',
  action,
  ...(action === 'throttle' ? { tier: 2, spares: 'high' } : {}),
});
const organization = breach({ scope: 'organization', scopeId: 'acme', spelling: undefined });
const byRequests = breach({ unit: 'requests', spent: 80n, limit: 80n });

const control: Control = {
  ...ada,
  restriction: { action: 'throttle', tier: 2 },
  origin: 'manual',
  actor: 'key-1',
  reason: 'a loop',
  appliedAtMs: NOON_MS,
  changedAtMs: NOON_MS,
};
/** A control that Purser applied automatically. */
const inForce: Control = {
  ...control,
  origin: 'automatic',
  actor: 'automatic',
  expiresAtMs: NOON_MS + 12 * 3_600_000,
};
const levelsOf = (over: Partial<AlertedBreach>): AlertedBreach[] =>
  (['warning', 'critical', 'emergency'] as const).map((name, rank) => {
    const limit = BigInt(5 * (rank + 1)) * 1_000_000_000n;
    const level = { name, amountNanoUsd: limit, period: 'daily', action: 'alert' } as const;
    return breach({ level, limit, spent: 27_000_000_000n, ...over });
  });
const changes = ['applied', 'hardened', 'renewed', 'recovered', 'expired', 'reversed'] as const;

const request: OverrideRequest = {
  ...ada,
  requestId: 'request-1',
  period: 'daily',
  addNanoUsd: 5_000_000_000n,
  untilMs: NOON_MS,
  reason: 'Launch day',
  state: 'pending',
  askedBy: 'key-1',
  askedAtMs: NOON_MS,
};
const decision = { decidedBy: 'key-2', decidedAtMs: NOON_MS, decisionReason: 'Agreed' };
const crossing = {
  ...ada,
  period: 'monthly',
  periodKey: '2026-11',
  endsAtMs: NOON_MS,
  spent: 1_000_000_000n,
  limit: 2_000_000_000n,
  projected: 3_000_000_000n,
  crossesAtMs: NOON_MS,
} as const;
const day = (position: number): Alert => alertWith({ atMs: NOON_MS + position * 60_000 });

const ALERTS: Record<string, () => Alert> = {
  'a percent level': () => breachAlertOf(breach()),
  requests: () => breachAlertOf(byRequests),
  'an observing budget': () =>
    breachAlertOf(breach({ budgets: [{ period: 'daily', enforcement: 'observe' }] })),
  'an enforcing budget': () =>
    breachAlertOf(breach({ budgets: [{ period: 'daily', enforcement: 'enforce' }] })),
  'a throttle': () =>
    breachAlertOf(
      breach({ level: amount('throttle'), executedAction: 'throttle', control: inForce }),
    ),
  'a shutdown': () =>
    breachAlertOf(
      breach({
        level: amount('shutdown'),
        executedAction: 'shutdown',
        control: { ...inForce, restriction: { action: 'shutdown' } },
      }),
    ),
  'a shutdown that did not happen': () =>
    breachAlertOf(breach({ level: amount('shutdown'), executedAction: 'alert' })),
  'an organization': () => breachAlertOf(organization),
  several: () => breachGroupAlertOf([breach(), byRequests, organization], 'several'),
  'several levels of each scope': () =>
    breachGroupAlertOf(
      [
        ...levelsOf({ control: { ...inForce, restriction: { action: 'shutdown' } } }),
        ...levelsOf({ scope: 'department', scopeId: 'research', spelling: undefined }),
      ],
      'levels',
    ),
  'new users': () => newUsersAlertOf([breach(), byRequests], { keyId: 'k1', users: 2 }, 'new'),
  ...Object.fromEntries(
    changes.map((change) => [
      `a control ${change}`,
      () => controlAlertOf('acme', { change, control } as ControlChange, NOON_MS),
    ]),
  ),
  'a control with an end': () =>
    controlAlertOf(
      'acme',
      {
        change: 'applied',
        control: { ...control, restriction: { action: 'disable' }, expiresAtMs: NOON_MS },
      } as ControlChange,
      NOON_MS,
    ),
  'a request for money': () => overrideAlertOf('acme', request, NOON_MS),
  'an approval for good': () =>
    overrideAlertOf('acme', { ...request, ...decision, state: 'approved', untilMs: undefined }, 1),
  'a denial': () => overrideAlertOf('acme', { ...request, ...decision, state: 'denied' }, 1),
  'a projection': () => projectionAlertOf('acme', crossing, NOON_MS),
  'a projection of tokens': () =>
    projectionAlertOf(
      'acme',
      { ...crossing, unit: 'tokens', spent: 5n, limit: 7n, projected: 9n },
      1,
    ),
  'a digest': () =>
    digestAlertOf([day(2), day(0), alertWith({ severity: 'emergency', atMs: 1 })], 'digest', 5),
  'a digest of one': () => digestAlertOf([day(0)], 'digest', 5),
  'a test': () =>
    testAlertOf({
      ...ada,
      organizationId: 'acme',
      actor: 'key-1',
      onlyChannel: 'email',
      dedupKey: 'test',
      atMs: NOON_MS,
    }),
};

/*
 * People and programs read every word and member. If this fails, check the difference, then record it
 * with `vitest -u`.
 */
test.each(Object.entries(ALERTS))('the alert about %s is as it was recorded', (_, alertOf) => {
  expect(alertOf()).toMatchSnapshot();
});

test.each([
  [100, undefined],
  [101, 'And 1 more: see GET /v1/breaches.'],
])('a digest of %i alerts lists up to 100', (count, rest) => {
  const lines = digestAlertOf(
    Array.from({ length: count }, (_, n) => day(n)),
    'd',
    5,
  ).body.split('\n');
  expect(lines.filter((line) => line.startsWith('2026-11-2'))).toHaveLength(100);
  expect(lines.find((line) => line.startsWith('And'))).toBe(rest);
});
