import type { LevelName } from '../controls/thresholds.ts';
import { nameWithId } from '../naming/display-name.ts';
import { shownId, type SpelledScope } from '../scopes.ts';
import type { AlertChannel } from './alert-channel.ts';
import type { Letter } from '../letters/letter.ts';

export const ALERT_KINDS = [
  'threshold_crossed',
  'spend_rate_exceeded',
  'projected_limit_exceeded',
  'anomaly_detected',
  'step_detected',
  'pattern_changed',
  'new_spender',
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

/** A message to people: `subject` is one line, `attributes` are for programs. */
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
  /** When what it tells of is over without anybody doing anything: a pager then hears of the end. */
  endsAtMs?: number | undefined;
  /** The end of what an alert with the same `incidentKey` began. It is for pagers only. */
  isEnd?: boolean | undefined;
  /** Another alert that says the same. Recipients of that one do not get this one. */
  alsoSaidBy?: { kind: AlertKind; severity: LevelName } | undefined;
  /** Alerts of one burst: people get one per hour at once, and the others at the end of the hour. */
  burst?: string | undefined;
  /** Sent through this channel only. */
  onlyChannel?: AlertChannel | undefined;
  subject: string;
  /** The letter as plain text. */
  body: string;
  /** The same words in parts. Alerts that were held before letters existed have none. */
  letter?: Letter | undefined;
  attributes: Record<string, string>;
  atMs: number;
};

/** Values of attributes are text. */
export const attributesOf = (members: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));

/** A subject is one line, whatever an id in it contains. Each channel has its own limit. */
export const subjectOf = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

const LEVEL_WORDS = { warning: 'Warning', critical: 'Critical', emergency: 'Emergency' };

/** The level at the beginning of a subject. */
export const levelWord = (name: LevelName): string => LEVEL_WORDS[name];

/** Whom an alert is about: `user ada`, `department Human Resources (human-resources)`. */
export const whoText = (about: SpelledScope): string =>
  `${about.scope} ${nameWithId(about.displayName, shownId(about))}`;

/** The same as the beginning of a sentence: `User ada of acme`, `The organization acme`. */
export function whoseText(about: SpelledScope & { organizationId: string }): string {
  if (about.scope === 'organization') return `The ${whoText(about)}`;
  const who = whoText(about);
  return `${who.slice(0, 1).toUpperCase()}${who.slice(1)} of ${about.organizationId}`;
}
