/** Every table of the application, without the environment's prefix. */
export const TABLE_NAMES = [
  'ledger',
  'token-usage',
  'token-analytics',
  'analytics-cache',
  'cost-thresholds',
  'threshold-breaches',
  'control-actions',
  'auto-control-config',
  'cost-monitoring',
  'alerting-config',
  'alert-deliveries',
  'rate-cards',
  'models',
  'predictor-artifacts',
  'api-keys',
  'audit-log',
  'feature-flags',
  'report-settings',
  'recommendations',
  'benchmarks',
] as const;
export type TableName = (typeof TABLE_NAMES)[number];
