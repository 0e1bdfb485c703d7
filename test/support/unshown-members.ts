/**
 * Members that no recorded answer shows, by what it takes to see them. A name that ends with `*`
 * stands for all that begin so. A new member belongs into an answer (`full-requests.ts`), not here.
 */
export const UNSHOWN: Readonly<Record<string, readonly string[]>> = {
  'a longer history of usage: test/lambdas/analytics.test.ts': [
    'SpendSpike.*',
    'SpendStep.*',
    'NewSpender.*',
    'SpendPattern.challenger.*',
    'SpendPattern.evidence[].*',
    'SpendPattern.history[].*',
    'SpendPattern.step.*',
    'SpentForecast.accuracy.*',
    'SpentForecast.step.*',
  ],
  'graded requests, or advice about warmth': ['RecommendationOutcome.hours'],
  'calls through the gateway, or a secret: test/lambdas/routing.test.ts': [
    'Provider.secretArn',
    'Endpoint.cause',
    'Endpoint.firstTokenMs',
    'Endpoint.latencyMs',
    'Endpoint.probesFrom',
    'Endpoint.region',
    'Endpoint.since',
    'Endpoint.successShare',
  ],
  'a job that has run: test/services/jobs/run-jobs.test.ts': [
    'Job.costUsd',
    'Job.isInBatch',
    'Job.reason',
    'Job.reservationId',
    'Job.result',
    'Job.resultUntil',
    'Job.savedUsd',
  ],
  'calls whose provider breaks off: test/lambdas/gateway.test.ts': ['UsageRecord.delivery'],
  'a trained predictor': ['Predictors.active.previousVersion', 'Predictors.items[].*'],
  'an export that has ended: test/services/reporting/exports.test.ts': [
    'ReportExport.failure',
    'ReportExport.files[].*',
    'ReportExportWithDownloads.failure',
    'ReportExportWithDownloads.files[].*',
  ],
  'reviews of spend and of statements, or current sums': ['Conduct.routes[].*', 'Control.evidence'],
  'a catalog model with the price; rate cards show the same by the same function': [
    'Model.priceChangesAt',
    'Model.priceEndsAt',
    'RateCard.doubt',
  ],
  'a disagreement with the provider: test/lambdas/provider-usage.test.ts': [
    'ReservationState.disputedUsd',
    'ReservationState.reportedUsd',
    'ReservationState.unreadMembers',
    'Settlement.unreadMembers',
  ],
  'a switch to another model: test/lambdas/select-model.test.ts': [
    'Reservation.lostCacheUsd',
    'Reservation.savedUsd',
    'ReservationState.lostCacheUsd',
    'ReservationState.savedUsd',
    'Settlement.lostCacheUsd',
    'Settlement.savedUsd',
    'UsageRecord.lostCacheUsd',
    'UsageRecord.savedUsd',
    'Selection.control',
    'Selection.leftOut[].*',
    'Selection.region',
  ],
  'a model whose facts are assumed: test/lambdas/select-model.test.ts': [
    'Model.assumed',
    'Selection.alternatives[].assumed',
    'Selection.assumed',
  ],
  'another spelling, or credentials with a ceiling': [
    'Reservation.requestedModel',
    'Reservation.severity',
    'ReservationState.requestedModel',
  ],
  'a key that was used, or an answer to a change that it does not show': [
    'ListedKey.lastUsedAt',
    'NewKey.revokedAt',
    'NewKey.texts[].expiresAt',
    'RevokedKey.texts[].*',
    'RotatedKey.revokedAt',
  ],
  'a budget from defaults, or one that other answers show': [
    'Budget.closesAt',
    'BudgetChange.adjustments',
    'BudgetChange.configuredLimitUsd',
    'BudgetChange.source',
  ],
  'a workflow that was just opened': ['OpenedWorkflow.closedAt'],
  'the same limits in another period of the defaults': [
    'ChangedDefaults.budgets.*',
    'Defaults.budgets.*',
  ],
  'more rows than the example has': [
    'AuditEntry.after',
    'BenchmarkReport.items[].why',
    'ingestUsage.rejected[].code',
    'listDisputes.nextCursor',
  ],
};

const patterns = Object.values(UNSHOWN).flat();
const matches = (pattern: string, member: string): boolean =>
  pattern.endsWith('*') ? member.startsWith(pattern.slice(0, -1)) : member === pattern;

/** Members that ought to be shown, and entries of the list that are shown by now. */
export const differencesFrom = (unshown: readonly string[]): string[] => [
  ...unshown.filter((member) => !patterns.some((pattern) => matches(pattern, member))),
  ...patterns.filter((pattern) => !unshown.some((member) => matches(pattern, member))),
];
