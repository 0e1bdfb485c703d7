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
  AggregationLagMilliseconds: 'Milliseconds',
  MonitorRuns: 'Count',
  MonitorDuration: 'Milliseconds',
  OrganizationsWatched: 'Count',
  BreachesRaised: 'Count',
  AlertsDelivered: 'Count',
  AlertDelay: 'Milliseconds',
  ControlsChanged: 'Count',
  UnknownPrices: 'Count',
  LedgerViolations: 'Count',
  PredictorTrained: 'Count',
  PredictorDrift: 'Count',
  AnalyticsCacheHits: 'Count',
  AnalyticsCacheMisses: 'Count',
} as const;
export type MetricName = keyof typeof METRICS;

/**
 * What services and handlers may tell operations. Log lines carry a code such as
 * `RESERVATION_REFUSED`, so that they can be searched for; they never carry a secret, a prompt or
 * more of a person than an id.
 */
export interface Telemetry {
  info(code: string, facts?: Record<string, unknown>): void;
  warn(code: string, facts?: Record<string, unknown>): void;
  error(code: string, facts: Record<string, unknown> & { error: unknown }): void;
  metric(name: MetricName, value: number, dimensions?: Record<string, string>): void;
}
