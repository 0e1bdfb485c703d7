import { levelViewOf } from '../../contracts/thresholds.ts';
import type { Call } from '../../domain/access/caller.ts';
import { type LevelsInForce, levelsInForce } from '../../domain/controls/built-in-levels.ts';
import { type ThresholdLevel } from '../../domain/controls/thresholds.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { AuditedChange, AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

type Deps = {
  thresholds: Pick<CostThresholdStore, 'getMany' | 'replacement'>;
  audit: Pick<AuditLog, 'change'>;
  analytics: Pick<TokenAnalyticsStore, 'touch'>;
};

export type ThresholdManager = ReturnType<typeof createThresholdManager>;

/** Manages thresholds. Audits every change. */
export function createThresholdManager({ thresholds, audit, analytics }: Deps) {
  /** Builds the replacement of a scope's levels, to be written with its related changes. */
  async function levelsChange(
    { organizationId, actor, nowMs }: Call,
    target: ScopeRef,
    levels: readonly ThresholdLevel[],
  ): Promise<AuditedChange> {
    requireOwnOrganization(organizationId, target);
    const { before, write } = await thresholds.replacement(organizationId, target, levels);
    const { scope, scopeId } = canonicalScope(target);
    const entry = {
      organizationId,
      actor,
      action: 'thresholds.put',
      target: `${scope}/${scopeId}`,
      ...(before ? { before: before.map(levelViewOf) } : {}),
      after: levels.map(levelViewOf),
      atMs: nowMs,
    };
    return { entries: [entry], writes: [write] };
  }

  return {
    levelsChange,

    async levels(organizationId: string, target: ScopeRef): Promise<LevelsInForce> {
      requireOwnOrganization(organizationId, target);
      const [own, organizations] = await thresholds.getMany(organizationId, [
        target,
        { scope: 'organization', scopeId: organizationId },
      ]);
      return levelsInForce(target.scope, own, organizations);
    },

    async putLevels(
      call: Call,
      target: ScopeRef,
      levels: readonly ThresholdLevel[],
    ): Promise<LevelsInForce> {
      await audit.change(() => levelsChange(call, target, levels));
      // Has the scope reviewed now instead of when it next spends.
      await analytics.touch(call.organizationId, target, call.nowMs);
      return { source: 'scope', levels };
    },
  };
}
