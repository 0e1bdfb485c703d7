import { chargebackRoutes, chargebackViewOf } from '../../contracts/chargeback.ts';
import { currentCostRoutes, currentCostsViewOf } from '../../contracts/current-costs.ts';
import {
  type CostReportQuery,
  costReportViewOf,
  reportRoutes as routes,
} from '../../contracts/reports.ts';
import { chargebackCsvOf } from '../../domain/reporting/chargeback.ts';
import { BYTE_ORDER_MARK, csvOf } from '../../domain/reporting/csv.ts';
import { FILE_ENDINGS, reportFileName } from '../../domain/reporting/report-file-name.ts';
import type { NameReader } from '../../services/display-names.ts';
import { invalidField } from '../../services/errors.ts';
import { chargeBack } from '../../services/reporting/charge-back.ts';
import { currentCosts } from '../../services/reporting/current-costs.ts';
import { namedChargeback, namedCosts, namedReport } from '../../services/reporting/named-report.ts';
import { rangeOfSums, reportCosts } from '../../services/reporting/report-costs.ts';
import { type TimeZones, timeZoneFor } from '../../services/time-zones.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

const CSV = 'text/csv; charset=utf-8; header=present';

type Deps = Edge & {
  analytics: TokenAnalyticsStore;
  settings: Pick<ReportSettingsStore, 'listedTags' | 'allocations'>;
  timeZones: TimeZones;
  displayNames: NameReader;
};

/** Cost reports as JSON and CSV, and current spend. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.costReport, async ({ query, caller, nowMs }) => {
      const { groupBy, format } = query;
      requireTextFor(query);
      const { organizationId } = caller;
      const timeZone = await timeZoneFor(deps.timeZones, organizationId, query.timeZone);
      const sums = await reportCosts(deps, {
        organizationId,
        groupBy: groupBy === 'total' ? 'organization' : groupBy,
        granularity: query.granularity,
        range: rangeOfSums(query, nowMs, timeZone),
        timeZone,
      });
      const report = await namedReport(deps.displayNames, sums);
      if (format === 'json') return { status: 200, body: costReportViewOf(report, groupBy) };
      return {
        status: 200,
        text: markOf(query) + csvOf(report),
        contentType: CSV,
        headers: attachment(
          reportFileName(
            `costs-by-${report.groupBy}`,
            { ...report.range, timeZone },
            FILE_ENDINGS[format],
          ),
        ),
      };
    }),

    endpoint(chargebackRoutes.chargeback, async ({ query, caller, nowMs }) => {
      const { organizationId } = caller;
      requireTextFor(query);
      const timeZone = await timeZoneFor(deps.timeZones, organizationId, query.timeZone);
      const range = rangeOfSums(query, nowMs, timeZone);
      const charges = await chargeBack(deps, { organizationId, range, timeZone });
      const chargeback = await namedChargeback(deps.displayNames, organizationId, charges);
      if (query.format === 'json') return { status: 200, body: chargebackViewOf(chargeback) };
      return {
        status: 200,
        text: markOf(query) + chargebackCsvOf(chargeback),
        contentType: CSV,
        headers: attachment(
          reportFileName('chargeback', { ...chargeback.range, timeZone }, FILE_ENDINGS.csv),
        ),
      };
    }),

    endpoint(currentCostRoutes.currentCosts, async ({ query, call, nowMs }) => {
      const scope = {
        scope: query.scope ?? 'organization',
        scopeId: query.scopeId ?? call.organizationId,
      };
      const timeZone = await timeZoneFor(deps.timeZones, call.organizationId, query.timeZone);
      const costs = await currentCosts(deps, call, { ...scope, timeZone });
      const named = await namedCosts(deps.displayNames, call, costs);
      return { status: 200, body: currentCostsViewOf(named, nowMs) };
    }),
  ]);

type Marked = Pick<CostReportQuery, 'bom' | 'format'>;

const markOf = ({ bom }: Marked): string => (bom === 'true' ? BYTE_ORDER_MARK : '');

function requireTextFor({ bom, format }: Marked): void {
  if (bom === 'true' && format === 'json') {
    throw invalidField('bom', 'applies only to text files: send format csv too, or leave bom out');
  }
}

const attachment = (fileName: string) => ({
  'content-disposition': `attachment; filename="${fileName}"`,
});
