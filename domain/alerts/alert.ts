import type { LevelName } from '../controls/thresholds.ts';
import type { SpelledScope } from '../scopes.ts';
import type { AlertChannel } from './alert-channel.ts';

export const ALERT_KINDS = [
  'threshold_crossed',
  'spend_rate_exceeded',
  'projected_limit_exceeded',
  'anomaly_detected',
  'pattern_changed',
  'performance_degraded',
  'optimization_applied',
  'control_applied',
  'control_ended',
  'cost_deviates',
  'override_requested',
  'override_decided',
  'prices_changed',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** A message to people: `subject` is short plain ASCII, `attributes` are for programs. */
export type Alert = SpelledScope & {
  /** `test` tests the channels; `digest` combines held alerts. */
  kind: AlertKind | 'test' | 'digest';
  /** For something that ended: its last severity. */
  severity: LevelName;
  organizationId: string;
  /** Identifies one incident. Each recipient is notified once, even if the alert is published again. */
  dedupKey: string;
  /** Shared by the alert that begins something and the alert that ends it. Default: `dedupKey`. */
  incidentKey?: string | undefined;
  /** Another alert that says the same. Recipients of that one do not get this one. */
  alsoSaidBy?: { kind: AlertKind; severity: LevelName } | undefined;
  /** Alerts of one burst: people get one per hour at once, and the others at the end of the hour. */
  burst?: string | undefined;
  /** Sent through this channel only. */
  onlyChannel?: AlertChannel | undefined;
  subject: string;
  body: string;
  attributes: Record<string, string>;
  atMs: number;
};

/** Values of attributes are text. */
export const attributesOf = (members: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));

/** SNS takes fewer than 100. */
const MAX_SUBJECT_CHARACTERS = 99;

/** E-mail subjects are plain ASCII without control characters, and short. */
export function subjectOf(text: string): string {
  const ascii = text.replaceAll(/[^\x20-\x7e]/gu, '?');
  return ascii.length <= MAX_SUBJECT_CHARACTERS
    ? ascii
    : `${ascii.slice(0, MAX_SUBJECT_CHARACTERS - 3)}...`;
}
