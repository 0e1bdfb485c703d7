import type { ProjectedCrossing } from '../controls/projected-crossing.ts';
import { formatUsd } from '../money.ts';
import { shownId } from '../scopes.ts';
import { type Alert, subjectOf } from './alert.ts';

/** What people are told of a budget that will not last, once per budget and period. */
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
    subject: subjectOf(
      `Purser: the ${period} budget of ${scope} ${shown} will not last until the end`,
    ),
    body: [
      `At its pace so far the ${period} budget of ${scope} ${shown} is used up at ${crossesAt}.`,
      '',
      `Spent:      ${spent} USD`,
      `Budget:     ${limit} USD (${period} ${periodKey})`,
      `Projected:  ${projected} USD at the end, if spending goes on at the same pace`,
      '',
      'What to do',
      `- See what it goes to: GET /v1/reports/costs?groupBy=model, and GET /v1/recommendations.`,
      `- If this spend is meant, raise the budget: PUT /v1/budgets/${scope}/${encodeURIComponent(shown)}/${period}.`,
      '',
      'You are told of this budget once in this period.',
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
