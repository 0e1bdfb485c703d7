import { invalidField } from '../../contracts/problem.ts';
import {
  type CostReportQuery,
  costReportViewOf,
  reportRoutes as routes,
} from '../../contracts/reports.ts';
import { csvOf } from '../../domain/reporting/csv.ts';
import { focusCsvOf } from '../../domain/reporting/focus.ts';
import { periodAt } from '../../domain/periods.ts';
import { reportCosts } from '../../services/report-costs.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

const CSV = 'text/csv; charset=utf-8; header=present';

/** Cost reports as JSON, CSV and FOCUS. */
export const createHandler = (deps: Edge & { analytics: TokenAnalyticsStore }) =>
  createHttpHandler(deps, [
    endpoint(routes.costReport, async ({ query, caller, nowMs }) => {
      const { groupBy, format } = query;
      const toMs = query.to ?? nowMs + 1;
      const fromMs = query.from ?? periodAt('monthly', toMs - 1, 'UTC').startsAtMs;
      const report = await reportCosts(deps.analytics, {
        organizationId: caller.organizationId,
        groupBy: groupBy === 'total' ? 'organization' : groupBy,
        granularity: granularityOf(query),
        range: { fromMs, toMs },
      });
      if (format === 'json') return { status: 200, body: costReportViewOf(report, groupBy) };
      return {
        status: 200,
        text: format === 'csv' ? csvOf(report) : focusCsvOf(report),
        contentType: CSV,
        headers: { 'content-disposition': `attachment; filename="costs-${format}.csv"` },
      };
    }),
  ]);

function granularityOf({ granularity, format }: CostReportQuery) {
  if (format !== 'focus') return granularity ?? 'total';
  if (granularity === 'total') {
    throw invalidField(
      'granularity',
      'must be daily or hourly in FOCUS: a row has one billing period',
    );
  }
  return granularity ?? 'daily';
}
