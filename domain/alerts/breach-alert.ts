import { formatUsd } from '../money.ts';
import { type Breach, breachKeyText } from '../controls/breaches.ts';
import type { ControlAction } from '../controls/thresholds.ts';
import { shownId } from '../scopes.ts';
import { type Alert, type AlertKind, subjectOf } from './alert.ts';

export type AlertedBreach = Breach & {
  organizationId: string;
  raisedAtMs: number;
  executedAction: ControlAction;
};

/** What people are told of a breach: what, how much, against which limit, since when, what to do. */
export function breachAlertOf(breach: AlertedBreach): Alert {
  const { scope, scopeId, spelling, level, period, periodKey, organizationId } = breach;
  const shown = shownId(breach);
  const spent = formatUsd(breach.spentNanoUsd);
  const limit = formatUsd(breach.limitNanoUsd);
  const raisedAt = new Date(breach.raisedAtMs).toISOString();
  const path = `${scope}/${encodeURIComponent(shown)}`;
  return {
    kind: breachAlertKind(breach),
    severity: level.name,
    organizationId,
    scope,
    scopeId,
    spelling,
    dedupKey: ['breach', organizationId, scope, scopeId, breachKeyText(breach)].join('#'),
    atMs: breach.raisedAtMs,
    subject: subjectOf(
      `Purser ${level.name}: ${scope} ${shown} spent ${cents(spent)} USD (limit ${cents(limit)})`,
    ),
    body: [
      `The ${scope} ${shown} of ${organizationId} has reached its ${level.name} threshold.`,
      '',
      `Spent:      ${spent} USD`,
      `Threshold:  ${limit} USD ${thresholdText(breach)}`,
      `Period:     ${period} ${periodKey}`,
      `Noticed at: ${raisedAt}`,
      '',
      'What to do',
      `- See what it went to: GET /v1/usage?${filterOf(breach)}`,
      '  and GET /v1/reports/costs?groupBy=model.',
      `- To stop further spending, set an enforcing budget: PUT /v1/budgets/${path}/${
        period === 'monthly' ? period : 'daily'
      }.`,
      `- If this spend is expected, raise the threshold: PUT /v1/thresholds/${path}.`,
      '',
      actionText(breach),
      'You are told of this threshold once in this period.',
    ].join('\n'),
    attributes: {
      event: breachAlertKind(breach),
      organizationId,
      scope,
      scopeId: shown,
      level: level.name,
      period,
      periodKey,
      spentUsd: spent,
      limitUsd: limit,
      action: breach.executedAction,
      configuredAction: level.action,
      raisedAt,
    },
  };
}

/** A limit of an hour is a rate. */
export const breachAlertKind = ({ level }: Pick<Breach, 'level'>): AlertKind =>
  level.period === 'hourly' ? 'spend_rate_exceeded' : 'threshold_crossed';

const cents = (usd: string): string => usd.slice(0, -7);

function thresholdText({ level, period }: Breach): string {
  if (period === 'hourly') return '(amount within 60 minutes)';
  return 'amountNanoUsd' in level
    ? `(amount per UTC ${period === 'daily' ? 'day' : 'month'})`
    : `(${(level.percentHundredths / 100).toString()} % of the ${period} budget)`;
}

function filterOf(breach: Breach): string {
  const { scope } = breach;
  // Usage is listed by the one form of a model that a request named.
  if (scope === 'organization' || scope === 'model') return 'limit=100';
  const names = { user: 'userId', department: 'departmentId', system: 'system' };
  return `${names[scope]}=${encodeURIComponent(shownId(breach))}`;
}

function actionText({ level, executedAction }: AlertedBreach): string {
  if (level.action === 'alert') return 'Only this alert was sent; nothing was restricted.';
  if (level.action === executedAction) {
    return (
      `Done by itself: ${level.action}. It ends by itself when spending is well below the threshold ` +
      'or the period is over. To see and to end it: GET /v1/controls and POST /v1/controls/{id}/reverse.'
    );
  }
  return (
    `The threshold says "${level.action}", which was not done: a budget of the scope guards it, a ` +
    'person ended that control, or the period is over.'
  );
}
