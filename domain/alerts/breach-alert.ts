import type { Period } from '../periods.ts';
import { type Breach, breachKeyText } from '../controls/breaches.ts';
import { measuredMembers, spentOfText, spentVerb, unitAmountText } from '../controls/spend-unit.ts';
import type { ControlAction, LevelName } from '../controls/thresholds.ts';
import type { Enforcement } from '../ledger/budget.ts';
import { kindOf, shownId } from '../scopes.ts';
import {
  type Alert,
  type AlertKind,
  attributesOf,
  levelWord,
  subjectOf,
  whoseText,
  whoText,
} from './alert.ts';
import { type LetterRow, percentText, shareOf, written } from '../letters/letter.ts';
import { whenText } from './when-text.ts';

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
      `${isNotice(breach) ? 'Notice' : levelWord(level.name)}: ${spentSentence(breach)}`,
    ),
    ...written({
      happened: happenedText(breach),
      did: actionText(breach),
      rows: [
        amountRow(breach, breach.unit === undefined ? 'Spent' : 'Used', breach.spent),
        amountRow(breach, levelWord(level.name), breach.limit),
      ],
      todo: [
        ...(breach.executedAction === 'alert'
          ? []
          : [
              'If this is wrong, end it now: find it with GET /v1/controls, then POST /v1/controls/{id}/reverse.',
            ]),
        `See what the money went to: GET /v1/usage?${filterOf(breach)} and GET /v1/reports/costs?groupBy=model.`,
        ...budgetAdvice(breach, path),
        levelAdvice(breach, path),
      ],
    }),
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

/** `user ada spent 12.00 of 10.00 USD on 2026-11-21`. */
export const spentSentence = (breach: AlertedBreach): string =>
  `${whoText(breach)} ${spentOfText(breach, breach.spent, breach.limit)} ${whenText(breach.period, breach.periodKey)}`;

/** `User ada of acme spent 12.00 USD on 2026-11-21, 120 % of the critical level of 10.00 USD.` */
function happenedText(breach: AlertedBreach): string {
  const { spent, limit, level, period, periodKey } = breach;
  const amount = unitAmountText(breach, spent);
  return (
    `${whoseText(breach)} ${spentVerb(breach)} ${amount} ${whenText(period, periodKey)}, ` +
    `${percentText(spent, limit)} of the ${level.name} level of ${unitAmountText(breach, limit)}${thresholdText(breach)}.`
  );
}

function amountRow(breach: AlertedBreach, name: string, amount: bigint): LetterRow {
  const most = breach.spent > breach.limit ? breach.spent : breach.limit;
  return { name, value: unitAmountText(breach, amount), share: shareOf(amount, most) };
}

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
      `Its ${enforced.period} budget refuses what does not fit. Change its limit: PUT /v1/budgets/${path}/${enforced.period}.`,
    ];
  }
  const [recording] = budgets;
  if (recording) {
    return [
      `Its ${recording.period} budget only records. To stop further spending, set "enforcement": "enforce": PUT /v1/budgets/${path}/${recording.period}.`,
    ];
  }
  const budgetPeriod = period === 'hourly' ? 'daily' : period;
  return [
    `Stop further spending with an enforcing budget: PUT /v1/budgets/${path}/${budgetPeriod}.`,
  ];
}

/** How to raise the level, where it was set. */
function levelAdvice({ level }: AlertedBreach, path: string): string {
  const { source } = level;
  if (source?.kind === 'budget') {
    return `If this spend is expected, raise the budget or its levels: PUT /v1/budgets/${path}/${source.period}.`;
  }
  if (source?.kind === 'defaults') {
    return `If this spend is expected, set levels of its own: PUT /v1/thresholds/${path}. This level is a default that ${source.owner} sets for its members: GET /v1/defaults.`;
  }
  return `If this spend is expected, raise the threshold: PUT /v1/thresholds/${path}.`;
}

/** For a level in percent: what part of the budget it is. */
const thresholdText = ({ level, period }: Breach): string =>
  'percentHundredths' in level
    ? ` (${(level.percentHundredths / 100).toString()} % of the ${period} budget)`
    : '';

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

/** What Purser did, as a participle. */
export const DONE: Record<ControlAction, string> = {
  alert: 'not restricted',
  throttle: 'throttled',
  disable: 'disabled',
  shutdown: 'shut down',
};

function actionText(breach: AlertedBreach): string {
  const { scope, level, executedAction, budgets } = breach;
  if (isNotice(breach)) return 'The period is over, so Purser restricted nothing.';
  if (level.action === 'alert') return 'Purser restricted nothing.';
  if (level.action === executedAction) {
    return (
      `Purser ${DONE[level.action]} this ${scope}, until spending is well below the level or the ` +
      'period is over.'
    );
  }
  return `Purser did not ${level.action === 'shutdown' ? 'shut down' : level.action} this ${scope}, because ${whyNot(scope, level, budgets)}.`;
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
