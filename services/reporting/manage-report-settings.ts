import { allocationViewOf } from '../../contracts/chargeback.ts';
import { type CostAllocation, DEFAULT_ALLOCATION } from '../../domain/reporting/shared-cost.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';

type Actor = { organizationId: string; actor: string };
type Deps = { settings: ReportSettingsStore; audit: Pick<AuditLog, 'change'> };

export type ReportSettingsManager = ReturnType<typeof createReportSettingsManager>;

/** Settings of reports as people manage them. Every change is audited. */
export function createReportSettingsManager({ settings, audit }: Deps) {
  return {
    tags: (organizationId: string): Promise<string[]> => settings.listedTags(organizationId),

    async putTags(
      { organizationId, actor }: Actor,
      tags: string[],
      nowMs: number,
    ): Promise<string[]> {
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
        return { entries: [entry], writes: [write] };
      });
      return tags;
    },

    allocation: async (organizationId: string): Promise<CostAllocation> =>
      (await settings.allocation(organizationId)) ?? DEFAULT_ALLOCATION,

    async putAllocation(
      { organizationId, actor }: Actor,
      allocation: CostAllocation,
      nowMs: number,
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
