import { alertPreferencesViewOf } from '../../contracts/server/alert-preferences-view.ts';
import type { Call } from '../../domain/access/caller.ts';
import {
  type AlertPreferences,
  DEFAULT_ALERT_PREFERENCES,
} from '../../domain/alerts/alert-preferences.ts';
import type { PreferencesSource } from '../../domain/alerts/alert-preferences.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { Fingerprint } from '../../tables/fingerprint.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

type Deps = { preferences: AlertingConfigStore; audit: Pick<AuditLog, 'change'> };

export type PreferencesInForce = AlertPreferences & { source: PreferencesSource };

export type AlertPreferencesManager = ReturnType<typeof createAlertPreferencesManager>;

/** Manages alert preferences. Audits every change. */
export function createAlertPreferencesManager({ preferences, audit }: Deps) {
  return {
    async get(organizationId: string, target: ScopeRef): Promise<PreferencesInForce> {
      requireOwnOrganization(organizationId, target);
      return preferencesInForce(preferences, organizationId, target);
    },

    async put(
      { organizationId, actor, nowMs }: Call,
      target: ScopeRef,
      after: AlertPreferences,
    ): Promise<PreferencesInForce> {
      requireOwnOrganization(organizationId, target);
      const { scope, scopeId } = canonicalScope(target);
      await audit.change(async () => {
        const { before, write, fingerprint } = await preferences.replacement(
          organizationId,
          target,
          after,
        );
        const entry = {
          organizationId,
          actor,
          action: 'alert-preferences.put',
          target: `${scope}/${scopeId}`,
          ...(before ? { before: auditFacts(before, fingerprint) } : {}),
          after: auditFacts(after, fingerprint),
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return { source: 'scope', ...after };
    },
  };
}

/** Preferences for the audit log, without addresses or secrets, because the log is never erased. */
const auditFacts = (preferences: AlertPreferences, fingerprint: Fingerprint) => ({
  ...alertPreferencesViewOf(preferences),
  channels: preferences.channels.map(({ channel, minimumLevel, kinds, ...address }) => ({
    channel,
    minimumLevel,
    kinds,
    ...('to' in address && address.to ? { addresses: address.to.length } : {}),
    ...(Object.values(address).some((part) => part !== undefined)
      ? { fingerprint: fingerprint(address) }
      : {}),
  })),
});

/** The scope's own preferences, otherwise the organization's, otherwise the built-in ones. */
export async function preferencesInForce(
  preferences: Pick<AlertingConfigStore, 'get'>,
  organizationId: string,
  target: ScopeRef,
): Promise<PreferencesInForce> {
  const own = await preferences.get(organizationId, target);
  if (own) return { source: 'scope', ...own };
  const organization: ScopeRef = { scope: 'organization', scopeId: organizationId };
  const organizations = await preferences.get(organizationId, organization);
  if (organizations) return { source: 'organization', ...organizations };
  return { source: 'builtin', ...DEFAULT_ALERT_PREFERENCES };
}
