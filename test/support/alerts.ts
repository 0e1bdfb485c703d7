import type { Deployment } from '../../domain/letters/deployment.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import {
  type AlertPreferences,
  DEFAULT_ALERT_PREFERENCES,
} from '../../domain/alerts/alert-preferences.ts';

/** Where the alerts of tests come from. */
export const DEPLOYMENT: Deployment = { environment: 'test', region: 'eu-central-1' };

export const NOON_MS = Date.parse('2026-11-21T12:00:00Z');

/** An alert like a breach produces, with a test's changes. */
export const alertWith = (changes: Partial<Alert> = {}): Alert => ({
  kind: 'threshold_crossed',
  severity: 'critical',
  organizationId: 'acme',
  scope: 'user',
  scopeId: 'ada',
  dedupKey: 'breach#acme#user#ada#daily#2026-11-21',
  subject: 'Critical: user ada spent 12.00 of 10.00 USD on 2026-11-21',
  body: 'The user ada of acme has reached its critical threshold.\n\nSpent: 12.00 USD',
  attributes: {
    event: 'threshold_crossed',
    scope: 'user',
    scopeId: 'ada',
    level: 'critical',
    spentUsd: '12.000000000',
  },
  atMs: NOON_MS,
  ...changes,
});

/** The built-in preferences with a test's changes. */
export const preferencesWith = (changes: Partial<AlertPreferences>): AlertPreferences => ({
  ...DEFAULT_ALERT_PREFERENCES,
  ...changes,
});
