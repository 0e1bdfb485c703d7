import { alertPreferencesViewOf } from '../contracts/alert-preferences.ts';
import { levelViewOf } from '../contracts/thresholds.ts';
import { ProblemError } from '../contracts/problem.ts';
import {
  type AlertPreferences,
  DEFAULT_ALERT_PREFERENCES,
} from '../domain/alerts/alert-preferences.ts';
import {
  type LevelsInForce,
  levelsInForce,
  type ThresholdLevel,
  type ThresholdSource,
} from '../domain/controls/thresholds.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import type { AlertingConfigStore } from '../tables/alerting-config.ts';
import type { AuditLog } from '../tables/audit-log.ts';
import type { TokenAnalyticsStore } from '../tables/token-analytics.ts';
import type { CostThresholdStore } from '../tables/cost-thresholds.ts';

type Actor = { organizationId: string; actor: string };

type Deps = {
  thresholds: CostThresholdStore;
  preferences: AlertingConfigStore;
  audit: Pick<AuditLog, 'record'>;
  analytics: Pick<TokenAnalyticsStore, 'touch'>;
};

export type PreferencesInForce = AlertPreferences & { source: ThresholdSource };

export type ThresholdManager = ReturnType<typeof createThresholdManager>;

/** Thresholds and alert preferences as people manage them. Every change is audited. */
export function createThresholdManager({ thresholds, preferences, audit, analytics }: Deps) {
  return {
    async levels(organizationId: string, target: ScopeRef): Promise<LevelsInForce> {
      requireOwn(organizationId, target);
      const [own, organizations] = await thresholds.getMany(organizationId, [
        target,
        organizationScope(organizationId),
      ]);
      return levelsInForce(target.scope, own, organizations);
    },

    async putLevels(
      { organizationId, actor }: Actor,
      target: ScopeRef,
      levels: readonly ThresholdLevel[],
      nowMs: number,
    ): Promise<LevelsInForce> {
      requireOwn(organizationId, target);
      const before = await thresholds.put(organizationId, target, levels);
      await audit.record({
        organizationId,
        actor,
        action: 'thresholds.put',
        target: `${target.scope}/${target.scopeId}`,
        ...(before ? { before: before.map(levelViewOf) } : {}),
        after: levels.map(levelViewOf),
        atMs: nowMs,
      });
      // The scope is reviewed at once, not only when it spends again.
      await analytics.touch(organizationId, target, nowMs);
      return { source: 'scope', levels };
    },

    async alertPreferences(organizationId: string, target: ScopeRef): Promise<PreferencesInForce> {
      requireOwn(organizationId, target);
      return preferencesInForce(preferences, organizationId, target);
    },

    async putAlertPreferences(
      { organizationId, actor }: Actor,
      target: ScopeRef,
      wanted: AlertPreferences,
      nowMs: number,
    ): Promise<PreferencesInForce> {
      requireOwn(organizationId, target);
      const before = await preferences.put(organizationId, target, wanted);
      await audit.record({
        organizationId,
        actor,
        action: 'alert-preferences.put',
        target: `${target.scope}/${target.scopeId}`,
        ...(before ? { before: alertPreferencesViewOf(before) } : {}),
        after: alertPreferencesViewOf(wanted),
        atMs: nowMs,
      });
      return { source: 'scope', ...wanted };
    },
  };
}

/** The scope's own preferences, else the organization's, else the built-in ones. */
export async function preferencesInForce(
  preferences: Pick<AlertingConfigStore, 'get'>,
  organizationId: string,
  target: ScopeRef,
): Promise<PreferencesInForce> {
  const own = await preferences.get(organizationId, target);
  if (own) return { source: 'scope', ...own };
  const organizations = await preferences.get(organizationId, organizationScope(organizationId));
  if (organizations) return { source: 'organization', ...organizations };
  return { source: 'builtin', ...DEFAULT_ALERT_PREFERENCES };
}

const organizationScope = (organizationId: string): ScopeRef => ({
  scope: 'organization',
  scopeId: organizationId,
});

/** Another organization is not this caller's to know of. */
function requireOwn(organizationId: string, { scope, scopeId }: ScopeRef): void {
  if (scope === 'organization' && scopeId !== organizationId) {
    throw new ProblemError('not-found', `there is no organization ${scopeId}`);
  }
}
