import { levelViewOf } from '../../contracts/thresholds.ts';
import {
  type LevelsInForce,
  levelsInForce,
  type ThresholdLevel,
} from '../../domain/controls/thresholds.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

type Actor = { organizationId: string; actor: string };

type Deps = {
  thresholds: CostThresholdStore;
  audit: Pick<AuditLog, 'record'>;
  analytics: Pick<TokenAnalyticsStore, 'touch'>;
};

export type ThresholdManager = ReturnType<typeof createThresholdManager>;

/** Thresholds as people manage them. Every change is audited. */
export function createThresholdManager({ thresholds, audit, analytics }: Deps) {
  return {
    async levels(organizationId: string, target: ScopeRef): Promise<LevelsInForce> {
      requireOwnOrganization(organizationId, target);
      const [own, organizations] = await thresholds.getMany(organizationId, [
        target,
        { scope: 'organization', scopeId: organizationId },
      ]);
      return levelsInForce(target.scope, own, organizations);
    },

    async putLevels(
      { organizationId, actor }: Actor,
      target: ScopeRef,
      levels: readonly ThresholdLevel[],
      nowMs: number,
    ): Promise<LevelsInForce> {
      requireOwnOrganization(organizationId, target);
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
  };
}
