import type { ProjectedCrossing } from '../controls/projected-crossing.ts';
import { measuredMembers, spentOfText, unitAmountText } from '../controls/spend-unit.ts';
import { formatUsd } from '../money.ts';
import { shownId } from '../scopes.ts';
import { type Alert, attributesOf, subjectOf, whoText } from './alert.ts';
import { type LetterRow, shareOf, written } from '../letters/letter.ts';
import { minuteText } from './when-text.ts';

/** The alert for a budget that will run out early, sent once per budget and period. */
export function projectionAlertOf(
  organizationId: string,
  crossing: ProjectedCrossing,
  atMs: number,
): Alert {
  const { scope, scopeId, spelling, period, periodKey } = crossing;
  const shown = shownId(crossing);
  const { unit } = crossing;
  const rowOf = (name: string, amount: bigint): LetterRow => ({
    name,
    value: unitAmountText(crossing, amount),
    share: shareOf(amount, crossing.projected),
  });
  const crossesAt = new Date(crossing.crossesAtMs).toISOString();
  return {
    kind: 'projected_limit_exceeded',
    severity: 'warning',
    organizationId,
    scope,
    scopeId,
    spelling,
    dedupKey: ['projection', organizationId, scope, scopeId, period, periodKey, unit ?? []]
      .flat()
      .join('#'),
    atMs,
    endsAtMs: crossing.endsAtMs,
    subject: subjectOf(
      `Warning: the ${period} budget of ${whoText(crossing)} will run out on ${minuteText(crossing.crossesAtMs)}, ${spentOfText(crossing, crossing.spent, crossing.limit)}`,
    ),
    ...written({
      happened: `At the current pace, the ${period} budget of ${whoText(crossing)} will run out on ${minuteText(crossing.crossesAtMs)}.`,
      did: 'Purser restricted nothing.',
      rows: [
        rowOf(unit === undefined ? 'Spent' : 'Used', crossing.spent),
        rowOf('Budget', crossing.limit),
        rowOf('At this pace', crossing.projected),
      ],
      todo: [
        'See what the money goes to: GET /v1/reports/costs?groupBy=model and GET /v1/recommendations.',
        `If this spend is expected, raise the budget: PUT /v1/budgets/${scope}/${encodeURIComponent(shown)}/${period}.`,
      ],
    }),
    attributes: {
      event: 'projected_limit_exceeded',
      organizationId,
      scope,
      scopeId: shown,
      period,
      periodKey,
      ...attributesOf(measuredMembers(crossing, crossing.spent, crossing.limit)),
      ...(unit === undefined
        ? { projectedUsd: formatUsd(crossing.projected) }
        : { projected: String(crossing.projected) }),
      crossesAt,
    },
  };
}
