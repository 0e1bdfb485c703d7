/** Metrics for alarms, dashboards and people, all in the CloudWatch namespace `Purser`. */
export const METRICS = {
  ReservationsDecided: 'Count',
  SettledUsd: 'None',
  OverrunUsd: 'None',
  StoreConflicts: 'Count',
  ReservationsExpired: 'Count',
  SweepLagSeconds: 'Seconds',
  UsageEventsAccepted: 'Count',
  PostingsAggregated: 'Count',
  PostingsInSuspense: 'Count',
  ExpiriesInSuspense: 'Count',
  ScopesNotReviewed: 'Count',
  EventsNotRead: 'Count',
  AggregationLagMilliseconds: 'Milliseconds',
  MonitorRuns: 'Count',
  StalePrices: 'Count',
  PriceChanges: 'Count',
  BreachesRaised: 'Count',
  JobsWaiting: 'Count',
  OldestJobSeconds: 'Seconds',
  AlertsDelivered: 'Count',
  AlertDelay: 'Milliseconds',
  ControlsChanged: 'Count',
  UnknownPrices: 'Count',
  UnreadMembers: 'Count',
  UnreadUsage: 'Count',
  RequestsLimited: 'Count',
  CostDeviations: 'Count',
  LedgerViolations: 'Count',
  PredictorTrained: 'Count',
  PredictorDrift: 'Count',
  AnalyticsCacheHits: 'Count',
  AnalyticsCacheMisses: 'Count',
  ResponseCacheHits: 'Count',
  ResponseCacheMisses: 'Count',
  ProviderConnectionsOpened: 'Count',
  ProviderConnectionsBusy: 'Count',
  ProviderCallsWaiting: 'Count',
} as const;
export type MetricName = keyof typeof METRICS;

/** Fields of the log line itself, which facts must not overwrite. */
export const LOG_LINE_FIELDS = [
  'level',
  'message',
  'timestamp',
  'service',
  'code',
  'error',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'sampling_rate',
  'tenant_id',
  'xray_trace_id',
] as const;

/**
 * The names of all facts that a log line may contain besides its code: ids, counts, states and
 * times, never a secret, a prompt, an address or a tag's value. Other facts are not logged.
 */
export const FACTS = new Set<string>(
  [
    ['organizationId', 'scope', 'scopeId', 'target', 'balance', 'threshold', 'period', 'periodKey'],
    ['reservationId', 'entryId', 'postingId', 'exportId', 'messageId', 'requestId', 'keyId'],
    ['sequenceNumber', 'sequence', 'chain', 'day', 'at', 'atMs', 'hash', 'subscription'],
    ['route', 'status', 'problem', 'latencyMs', 'durationMs', 'sourceIp', 'channel', 'kind'],
    ['severity', 'change', 'restriction', 'by', 'groupBy', 'reason', 'violation', 'violations'],
    [
      'done',
      'of',
      'rows',
      'bytes',
      'isKept',
      'postings',
      'records',
      'routes',
      'balances',
      'entries',
    ],
    ['scopesSeen', 'organizationsSeen', 'organizationsFailed', 'breachesRaised', 'alertsSent'],
    ['alertsFailed', 'spentNanoUsd', 'samples', 'version', 'promoted', 'drifted', 'given', 'ended'],
    ['sent', 'failed', 'dropped', 'expired', 'sweptMinute', 'days', 'requests', 'sampledRequests'],
    ['allRequests', 'count', 'unsettled', 'isRestarted', 'isProven'],
    ['jobs', 'oldestSeconds'],
    ['budgetsChanged', 'budgetsFailed', 'breaches', 'jobId', 'batchId', 'state', 'attempts'],
  ].flat(),
);

/** The facts in a log line, by name. */
export type Facts = Record<string, unknown> & {
  [Field in (typeof LOG_LINE_FIELDS)[number]]?: never;
};

/**
 * What services and handlers may report to operations. Log lines have a code such as
 * `RESERVATION_REFUSED` to search for. They never contain a secret, a prompt or more about a person
 * than an id.
 */
export interface Telemetry {
  info(code: string, facts?: Facts): void;
  warn(code: string, facts?: Facts): void;
  error(code: string, facts: Omit<Facts, 'error'> & { error: unknown }): void;
  metric(name: MetricName, value: number, dimensions?: Record<string, string>): void;
}
