import type { LevelName } from '../controls/thresholds.ts';
import type { SpelledScope } from '../scopes.ts';
import type { AlertChannel } from './alert-channel.ts';

/** What alerts can be about. */
export const ALERT_KINDS = [
  'threshold_crossed',
  'spend_rate_exceeded',
  'projected_limit_exceeded',
  'anomaly_detected',
  'performance_degraded',
  'optimization_applied',
  'control_applied',
  'control_ended',
  'cost_deviates',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** A message to people: `subject` is short plain ASCII, `attributes` are for programs. */
export type Alert = SpelledScope & {
  /** `test` tries out the channels; `digest` tells of alerts that were held back. */
  kind: AlertKind | 'test' | 'digest';
  /** Of something that ended: what it was last. */
  severity: LevelName;
  organizationId: string;
  /** Of one happening: whoever is told of it is told once, however often it is published. */
  dedupKey: string;
  /** Of what begins with one alert and ends with another; without it each happening is its own. */
  incidentKey?: string | undefined;
  /** Another alert that says the same: whoever takes that one is not told this one as well. */
  alsoSaidBy?: { kind: AlertKind; severity: LevelName } | undefined;
  /** Of alerts of one burst people are told one in an hour, and of the others at its end. */
  burst?: string | undefined;
  /** Goes out by this channel only. */
  onlyChannel?: AlertChannel | undefined;
  subject: string;
  body: string;
  attributes: Record<string, string>;
  atMs: number;
};

const MAX_SUBJECT_CHARACTERS = 100;

/** E-mail subjects are plain ASCII without control characters, and short. */
export function subjectOf(text: string): string {
  const ascii = text.replaceAll(/[^\x20-\x7e]/gu, '?');
  return ascii.length <= MAX_SUBJECT_CHARACTERS
    ? ascii
    : `${ascii.slice(0, MAX_SUBJECT_CHARACTERS - 3)}...`;
}
