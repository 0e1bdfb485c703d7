import type { ProjectedCrossing } from '../controls/projected-crossing.ts';
import { exactText, measuredMembers, spentLine } from '../controls/spend-unit.ts';
import { formatUsd } from '../money.ts';
import { shownId } from '../scopes.ts';
import { type Alert, attributesOf, subjectOf } from './alert.ts';

/** The alert for a budget that will run out early, sent once per budget and period. */
export function projectionAlertOf(
  organizationId: string,
  crossing: ProjectedCrossing,
  atMs: number,
): Alert {
  const { scope, scopeId, spelling, period, periodKey } = crossing;
  const shown = shownId(crossing);
  const { unit } = crossing;
  const textOf = (amount: bigint): string => exactText(crossing, amount);
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
    subject: subjectOf(`Purser: the ${period} budget of ${scope} ${shown} will run out early`),
    body: [
      `At the current pace, the ${period} budget of ${scope} ${shown} runs out at ${crossesAt}.`,
      '',
      spentLine(crossing, textOf(crossing.spent)),
      `Budget:     ${textOf(crossing.limit)} (${period} ${periodKey})`,
      `Projected:  ${textOf(crossing.projected)} by the end, at the same pace`,
      '',
      'What to do',
      `- See what the money goes to: GET /v1/reports/costs?groupBy=model, and GET /v1/recommendations.`,
      `- If this spend is expected, raise the budget: PUT /v1/budgets/${scope}/${encodeURIComponent(shown)}/${period}.`,
      '',
      'You get one alert per budget and period.',
    ].join('\n'),
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
