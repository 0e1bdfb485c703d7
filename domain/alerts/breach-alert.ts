import { formatUsd } from '../money.ts';
import { type Breach, breachKeyText } from '../controls/breaches.ts';
import type { ControlAction } from '../controls/thresholds.ts';
import { kindOf, shownId } from '../scopes.ts';
import { type Alert, type AlertKind, subjectOf } from './alert.ts';

export type AlertedBreach = Breach & {
  organizationId: string;
  raisedAtMs: number;
  executedAction: ControlAction;
};

/** The alert for a breach: what was spent, against which limit, since when, and what to do. */
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
      `Detected:   ${raisedAt}`,
      '',
      'What to do',
      `- See what the money went to: GET /v1/usage?${filterOf(breach)}`,
      '  and GET /v1/reports/costs?groupBy=model.',
      `- Stop further spending with an enforcing budget: PUT /v1/budgets/${path}/${
        period === 'hourly' ? 'daily' : period
      }.`,
      `- If this spend is expected, raise the threshold: PUT /v1/thresholds/${path}.`,
      '',
      actionText(breach),
      'You get one alert per threshold and period.',
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

/** An hourly limit is a rate. */
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
  const names = {
    user: 'userId',
    department: 'departmentId',
    system: 'system',
    session: 'sessionId',
  } as const;
  // Usage is stored under the model name that each request used, so it cannot be filtered by model,
  // and no filter exists for tags.
  const kind = kindOf(scope);
  if (kind === 'organization' || kind === 'model' || kind === 'tag') return 'limit=100';
  return `${names[kind]}=${encodeURIComponent(shownId(breach))}`;
}

const DONE: Record<ControlAction, string> = {
  alert: 'alerted',
  throttle: 'throttled',
  disable: 'disabled',
  shutdown: 'shut down',
};

function actionText({ scope, level, executedAction }: AlertedBreach): string {
  if (level.action === 'alert') return 'Purser sent this alert and restricted nothing.';
  if (level.action === executedAction) {
    return (
      `Purser ${DONE[level.action]} this ${scope} automatically, until spending is well below the ` +
      'threshold or the period is over. See the control: GET /v1/controls. End it now: POST ' +
      '/v1/controls/{id}/reverse.'
    );
  }
  return (
    `Purser did not carry out the threshold's action "${level.action}": a budget protects the ` +
    `${scope}, a person ended that control, or the period is over.`
  );
}
