import { advise } from './advise/function.ts';
import { aggregateUsage } from './aggregate-usage/function.ts';
import { analytics } from './analytics/function.ts';
import { audit } from './audit/function.ts';
import { authorizer } from './authorizer/function.ts';
import { benchmarks } from './benchmarks/function.ts';
import { budgets } from './budgets/function.ts';
import { buildExports } from './build-exports/function.ts';
import { catalog } from './catalog/function.ts';
import { checkLedger } from './check-ledger/function.ts';
import { controls } from './controls/function.ts';
import { correctCost } from './correct-cost/function.ts';
import { costReport } from './cost-report/function.ts';
import { defaults } from './defaults/function.ts';
import { directory } from './directory/function.ts';
import { deliverAlerts } from './deliver-alerts/function.ts';
import { disputes } from './disputes/function.ts';
import { extendReservation } from './extend-reservation/function.ts';
import { fallback } from './fallback/function.ts';
import { flags } from './flags/function.ts';
import { gateway } from './gateway/function.ts';
import { getReservation } from './get-reservation/function.ts';
import { health } from './health/function.ts';
import { ingestUsage } from './ingest-usage/function.ts';
import { jobs } from './jobs/function.ts';
import { keys } from './keys/function.ts';
import { listUsage } from './list-usage/function.ts';
import { mcp } from './mcp/function.ts';
import { monitorCosts } from './monitor-costs/function.ts';
import { openapi } from './openapi/function.ts';
import { performance } from './performance/function.ts';
import { predictCost } from './predict-cost/function.ts';
import { prompts } from './prompts/function.ts';
import { proposePrices } from './propose-prices/function.ts';
import { reportExports } from './report-exports/function.ts';
import { reportSettings } from './report-settings/function.ts';
import { publishEvents } from './publish-events/function.ts';
import { recommendations } from './recommendations/function.ts';
import { reserve } from './reserve/function.ts';
import { routing } from './routing/function.ts';
import { runJobs } from './run-jobs/function.ts';
import { sendDigests } from './send-digests/function.ts';
import { sendReports } from './send-reports/function.ts';
import { settings } from './settings/function.ts';
import { sweepReservations } from './sweep-reservations/function.ts';
import { thresholds } from './thresholds/function.ts';
import { trainPredictor } from './train-predictor/function.ts';
import { voidReservation } from './void-reservation/function.ts';
import { watchSpending } from './watch-spending/function.ts';
import { workflows } from './workflows/function.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** Every Lambda function of the application. */
export const FUNCTIONS: readonly FunctionDefinition[] = [
  advise,
  aggregateUsage,
  analytics,
  audit,
  authorizer,
  benchmarks,
  budgets,
  buildExports,
  catalog,
  checkLedger,
  controls,
  correctCost,
  costReport,
  defaults,
  directory,
  deliverAlerts,
  disputes,
  extendReservation,
  fallback,
  flags,
  gateway,
  getReservation,
  health,
  ingestUsage,
  jobs,
  keys,
  listUsage,
  mcp,
  monitorCosts,
  openapi,
  performance,
  predictCost,
  prompts,
  proposePrices,
  publishEvents,
  reportExports,
  reportSettings,
  recommendations,
  reserve,
  routing,
  runJobs,
  sendDigests,
  sendReports,
  settings,
  sweepReservations,
  thresholds,
  trainPredictor,
  voidReservation,
  watchSpending,
  workflows,
];
