import type { LevelName } from '../controls/thresholds.ts';
import type { ScopeRef } from '../scopes.ts';

/** What alerts can be about. */
export const ALERT_KINDS = [
  'threshold_crossed',
  'spend_rate_exceeded',
  'projected_limit_exceeded',
  'control_applied',
  'control_ended',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** A message to people: `subject` is short plain ASCII, `attributes` are for programs. */
export type Alert = ScopeRef & {
  kind: AlertKind;
  severity: LevelName;
  organizationId: string;
  /** Of one happening: whoever is told of it is told once, however often it is published. */
  dedupKey: string;
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
