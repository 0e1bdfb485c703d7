import { allocationViewOf } from '../../contracts/chargeback.ts';
import type { Call } from '../../domain/access/caller.ts';
import { type CostAllocation, DEFAULT_ALLOCATION } from '../../domain/reporting/shared-cost.ts';
import type { ApplyingLimit } from '../budgets/limit-applying.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';

type Deps = {
  settings: ReportSettingsStore;
  audit: Pick<AuditLog, 'change'>;
  census: Pick<ApplyingLimit, 'tagsWrites'>;
};

export type ReportSettingsManager = ReturnType<typeof createReportSettingsManager>;

/** Manages report settings. Audits every change. */
export function createReportSettingsManager({ settings, audit, census }: Deps) {
  return {
    tags: (organizationId: string): Promise<string[]> => settings.listedTags(organizationId),

    async putTags({ organizationId, actor, nowMs }: Call, tags: string[]): Promise<string[]> {
      await audit.change(async () => {
        const { before, write } = await settings.tagsReplacement(organizationId, tags);
        const entry = {
          organizationId,
          actor,
          action: 'report-tags.put',
          target: 'tags',
          before: { tags: before },
          after: { tags },
          atMs: nowMs,
        };
        const counted = await census.tagsWrites(organizationId, {
          before: before ?? [],
          after: tags,
        });
        return { entries: [entry], writes: [write, ...counted] };
      });
      return tags;
    },

    allocation: async (organizationId: string): Promise<CostAllocation> =>
      (await settings.allocation(organizationId)) ?? DEFAULT_ALLOCATION,

    async putAllocation(
      { organizationId, actor, nowMs }: Call,
      allocation: CostAllocation,
    ): Promise<CostAllocation> {
      await audit.change(async () => {
        const { before, write } = await settings.allocationReplacement(organizationId, allocation);
        const entry = {
          organizationId,
          actor,
          action: 'cost-allocation.put',
          target: 'allocation',
          ...(before ? { before: allocationViewOf(before) } : {}),
          after: allocationViewOf(allocation),
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return allocation;
    },
  };
}
