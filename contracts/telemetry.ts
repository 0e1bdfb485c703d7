/** Metrics that alarms, dashboards and people read; all in CloudWatch namespace `Purser`. */
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
  AggregationLagMilliseconds: 'Milliseconds',
  MonitorRuns: 'Count',
  MonitorDuration: 'Milliseconds',
  OrganizationsWatched: 'Count',
  BreachesRaised: 'Count',
  AlertsDelivered: 'Count',
  AlertDelay: 'Milliseconds',
  ControlsChanged: 'Count',
  UnknownPrices: 'Count',
  RequestsLimited: 'Count',
  CostDeviations: 'Count',
  LedgerViolations: 'Count',
  PredictorTrained: 'Count',
  PredictorDrift: 'Count',
  AnalyticsCacheHits: 'Count',
  AnalyticsCacheMisses: 'Count',
} as const;
export type MetricName = keyof typeof METRICS;

/** Fields that belong to the log line itself: no fact may take their place. */
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
 * Every fact that a log line may tell beside its code, by name: ids, counts, states and times, never
 * a secret, a prompt, an address or the value of a tag. What is not named here is not logged.
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
    ['allRequests', 'count'],
  ].flat(),
);

/** What a log line tells beside its code, by name. */
export type Facts = Record<string, unknown> & {
  [Field in (typeof LOG_LINE_FIELDS)[number]]?: never;
};

/**
 * What services and handlers may tell operations. Log lines carry a code such as
 * `RESERVATION_REFUSED`, so that they can be searched for; they never carry a secret, a prompt or
 * more of a person than an id.
 */
export interface Telemetry {
  info(code: string, facts?: Facts): void;
  warn(code: string, facts?: Facts): void;
  error(code: string, facts: Omit<Facts, 'error'> & { error: unknown }): void;
  metric(name: MetricName, value: number, dimensions?: Record<string, string>): void;
}
