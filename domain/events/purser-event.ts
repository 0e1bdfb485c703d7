import type { Alert } from '../alerts/alert.ts';
import type { LevelName } from '../controls/thresholds.ts';

export const EVENT_KINDS = [
  'breach',
  'control_applied',
  'control_ended',
  'anomaly',
  'step',
  'forecast_crossing',
  'price_proposed',
  'budget_changed',
  'reservation_expired',
  'ledger_violation',
  'savings_reported',
  'job_finished',
  'new_spender',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Something that happened, for programs. Values of `data` are text. */
export type PurserEvent = {
  kind: EventKind;
  organizationId: string;
  /** Identifies what happened. An event that is put again has the same one. */
  dedupKey: string;
  atMs: number;
  severity?: LevelName | undefined;
  /** One line for people. */
  title: string;
  data: Record<string, string>;
};

const KINDS_OF_ALERTS: Partial<Record<Alert['kind'], EventKind>> = {
  threshold_crossed: 'breach',
  spend_rate_exceeded: 'breach',
  control_applied: 'control_applied',
  control_ended: 'control_ended',
  anomaly_detected: 'anomaly',
  new_spender: 'new_spender',
  step_detected: 'step',
  projected_limit_exceeded: 'forecast_crossing',
  prices_changed: 'price_proposed',
};

/** What an alert says, as an event; `undefined` for alerts that are only for people. */
export function eventOfAlert(alert: Alert): PurserEvent | undefined {
  const kind = KINDS_OF_ALERTS[alert.kind];
  if (kind === undefined) return undefined;
  const { organizationId, dedupKey, atMs, severity, subject: title } = alert;
  const { event: _event, organizationId: _organization, ...data } = alert.attributes;
  return { kind, organizationId, dedupKey, atMs, severity, title, data };
}
