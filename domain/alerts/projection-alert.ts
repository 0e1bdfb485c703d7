import type { ProjectedCrossing } from '../controls/projected-crossing.ts';
import { formatUsd } from '../money.ts';
import { shownId } from '../scopes.ts';
import { type Alert, subjectOf } from './alert.ts';

/** The alert for a budget that will run out early, sent once per budget and period. */
export function projectionAlertOf(
  organizationId: string,
  crossing: ProjectedCrossing,
  atMs: number,
): Alert {
  const { scope, scopeId, spelling, period, periodKey } = crossing;
  const shown = shownId(crossing);
  const spent = formatUsd(crossing.spentNanoUsd);
  const limit = formatUsd(crossing.limitNanoUsd);
  const projected = formatUsd(crossing.projectedNanoUsd);
  const crossesAt = new Date(crossing.crossesAtMs).toISOString();
  return {
    kind: 'projected_limit_exceeded',
    severity: 'warning',
    organizationId,
    scope,
    scopeId,
    spelling,
    dedupKey: ['projection', organizationId, scope, scopeId, period, periodKey].join('#'),
    atMs,
    subject: subjectOf(`Purser: the ${period} budget of ${scope} ${shown} will run out early`),
    body: [
      `At the current pace, the ${period} budget of ${scope} ${shown} runs out at ${crossesAt}.`,
      '',
      `Spent:      ${spent} USD`,
      `Budget:     ${limit} USD (${period} ${periodKey})`,
      `Projected:  ${projected} USD by the end, at the same pace`,
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
      spentUsd: spent,
      limitUsd: limit,
      projectedUsd: projected,
      crossesAt,
    },
  };
}
