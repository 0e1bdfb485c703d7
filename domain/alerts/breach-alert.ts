import type { Period } from '../periods.ts';
import { type Breach, breachKeyText } from '../controls/breaches.ts';
import {
  exactText,
  measuredMembers,
  shortText,
  spentLine,
  unitText,
} from '../controls/spend-unit.ts';
import type { ControlAction, LevelName } from '../controls/thresholds.ts';
import type { Enforcement } from '../ledger/budget.ts';
import { kindOf, shownId } from '../scopes.ts';
import { type Alert, type AlertKind, attributesOf, subjectOf } from './alert.ts';

export type AlertedBreach = Breach & {
  organizationId: string;
  raisedAtMs: number;
  executedAction: ControlAction;
  /** The budgets of the scope, if they were read. */
  budgets?: readonly { period: Period; enforcement: Enforcement }[] | undefined;
};

/** The alert for a breach: what was spent, against which limit, since when, and what to do. */
export function breachAlertOf(breach: AlertedBreach): Alert {
  const { scope, scopeId, spelling, level, period, periodKey, organizationId } = breach;
  const shown = shownId(breach);
  const raisedAt = new Date(breach.raisedAtMs).toISOString();
  const path = `${scope}/${encodeURIComponent(shown)}`;
  return {
    kind: breachAlertKind(breach),
    severity: breachSeverity(breach),
    organizationId,
    scope,
    scopeId,
    spelling,
    dedupKey: ['breach', organizationId, scope, scopeId, breachKeyText(breach)].join('#'),
    atMs: breach.raisedAtMs,
    subject: subjectOf(
      `Purser ${level.name}: ${scope} ${shown} ${spentText(breach)} (limit ${shortText(breach, breach.limit)})`,
    ),
    body: [
      `The ${scope} ${shown} of ${organizationId} has reached its ${level.name} threshold.`,
      '',
      spentLine(breach, exactText(breach, breach.spent)),
      `Threshold:  ${exactText(breach, breach.limit)} ${thresholdText(breach)}`,
      `Period:     ${period} ${periodKey}`,
      `Detected:   ${raisedAt}`,
      '',
      'What to do',
      `- See what the money went to: GET /v1/usage?${filterOf(breach)}`,
      '  and GET /v1/reports/costs?groupBy=model.',
      ...budgetAdvice(breach, path),
      levelAdvice(breach, path),
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
      ...attributesOf(measuredMembers(breach, breach.spent, breach.limit)),
      action: breach.executedAction,
      configuredAction: level.action,
      raisedAt,
    },
  };
}

/** `spent 5.00 USD`, `used 80 requests`. */
export const spentText = (breach: Pick<Breach, 'unit' | 'spent'>): string =>
  `${breach.unit === undefined ? 'spent' : 'used'} ${shortText(breach, breach.spent)} ${unitText(breach)}`;

/** Whether a period was over when more of its spend was posted: then nothing is restricted. */
export const isNotice = ({
  endsAtMs,
  raisedAtMs,
}: Pick<AlertedBreach, 'endsAtMs' | 'raisedAtMs'>) =>
  endsAtMs !== undefined && endsAtMs <= raisedAtMs;

/** A notice wakes nobody, whatever its level. */
const breachSeverity = (breach: AlertedBreach): LevelName =>
  isNotice(breach) ? 'warning' : breach.level.name;

/** An hourly limit is a rate. */
export const breachAlertKind = ({ level }: Pick<Breach, 'level'>): AlertKind =>
  level.period === 'hourly' ? 'spend_rate_exceeded' : 'threshold_crossed';

/** What a budget could do, or does already. */
function budgetAdvice({ budgets, period }: AlertedBreach, path: string): string[] {
  if (!budgets) return [];
  const enforced = budgets.find(({ enforcement }) => enforcement === 'enforce');
  if (enforced) {
    return [
      `- Its ${enforced.period} budget refuses what does not fit. Change its limit: PUT /v1/budgets/${path}/${enforced.period}.`,
    ];
  }
  const [recording] = budgets;
  if (recording) {
    return [
      `- Its ${recording.period} budget only records. To stop further spending, set "enforcement": "enforce": PUT /v1/budgets/${path}/${recording.period}.`,
    ];
  }
  const budgetPeriod = period === 'hourly' ? 'daily' : period;
  return [
    `- Stop further spending with an enforcing budget: PUT /v1/budgets/${path}/${budgetPeriod}.`,
  ];
}

/** How to raise the level, where it was set. */
function levelAdvice({ level }: AlertedBreach, path: string): string {
  const { source } = level;
  if (source?.kind === 'budget') {
    return `- If this spend is expected, raise the budget or its levels: PUT /v1/budgets/${path}/${source.period}.`;
  }
  if (source?.kind === 'defaults') {
    return `- If this spend is expected, set levels of its own: PUT /v1/thresholds/${path}. This level is a default that ${source.owner} sets for its members: GET /v1/defaults.`;
  }
  return `- If this spend is expected, raise the threshold: PUT /v1/thresholds/${path}.`;
}

const PERIOD_NOUN = { daily: 'day', weekly: 'week', monthly: 'month', total: 'total' } as const;

function thresholdText({ level, period }: Breach): string {
  if (period === 'hourly') return '(amount within 60 minutes)';
  return 'amountNanoUsd' in level
    ? `(amount per UTC ${PERIOD_NOUN[period]})`
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

function actionText(breach: AlertedBreach): string {
  const { scope, level, executedAction, budgets } = breach;
  if (isNotice(breach)) return 'The period is over, so Purser restricted nothing.';
  if (level.action === 'alert') return 'Purser sent this alert and restricted nothing.';
  if (level.action === executedAction) {
    return (
      `Purser ${DONE[level.action]} this ${scope} automatically, until spending is well below the ` +
      'threshold or the period is over. See the control: GET /v1/controls. End it now: POST ' +
      '/v1/controls/{id}/reverse.'
    );
  }
  return `Purser did not carry out the threshold's action "${level.action}": ${whyNot(scope, level, budgets)}.`;
}

function whyNot(
  scope: string,
  { source }: Breach['level'],
  budgets: AlertedBreach['budgets'],
): string {
  const dismissed = 'a person ended that control, or the period is over';
  if (!budgets || !source) return `a budget protects the ${scope}, ${dismissed}`;
  const isBudgeted = budgets.some(({ enforcement }) => enforcement === 'enforce');
  return source.kind === 'builtin' && isBudgeted ? `a budget protects the ${scope}` : dismissed;
}
