import { type Breach, breachKeyText } from '../controls/breaches.ts';
import { controlIdOf } from '../controls/control.ts';
import { measuredMembers, spentOfText, spentVerb, unitAmountText } from '../controls/spend-unit.ts';
import { restrictionText } from '../controls/restriction.ts';
import type { LevelName } from '../controls/thresholds.ts';
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
import { type AlertedBreach, isNotice } from './alerted-breach.ts';
import { inForceText } from './in-force-text.ts';
import { type LetterRow, percentText, shareOf, written } from '../letters/letter.ts';
import { whenText } from './when-text.ts';

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
    incidentKey: levelIncidentKey(organizationId, breach),
    endsAtMs: isNotice(breach) ? breach.raisedAtMs : breach.endsAtMs,
    dedupKey: ['breach', organizationId, scope, scopeId, breachKeyText(breach)].join('#'),
    atMs: breach.raisedAtMs,
    subject: subjectOf(
      `${isNotice(breach) ? 'Notice' : levelWord(level.name)}: ${spentSentence(breach)}`,
    ),
    ...written({
      happened: happenedText(breach),
      did: inForceText(breach),
      rows: [
        amountRow(breach, breach.unit === undefined ? 'Spent' : 'Used', breach.spent),
        amountRow(breach, levelWord(level.name), breach.limit),
      ],
      todo: [
        ...(breach.control
          ? [
              `If this is wrong, end it now: POST /v1/controls/${controlIdOf(breach.control)}/reverse.`,
            ]
          : []),
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
      inForce: breach.control ? restrictionText(breach.control.restriction) : 'nothing',
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

/** The incident of all levels of a scope in one period. */
export const levelIncidentKey = (
  organizationId: string,
  { scope, scopeId, period, periodKey }: Pick<Breach, 'scope' | 'scopeId' | 'period' | 'periodKey'>,
): string => ['level', organizationId, scope, scopeId, period, periodKey].join('#');

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
