import type { Call } from '../domain/access/caller.ts';
import type { CostBasis } from '../domain/pricing/cost-basis.ts';
import type { AuditLog } from '../tables/audit-log/audit-log.ts';
import type { OrganizationSettingsStore } from '../tables/organization-settings.ts';

type Deps = {
  settings: Pick<OrganizationSettingsStore, 'costBasis' | 'costBasisReplacement'>;
  audit: Pick<AuditLog, 'change'>;
};

export type CostBasisManager = ReturnType<typeof createCostBasisManager>;

/** Manages which cost an organization books. Audits every change. */
export const createCostBasisManager = ({ settings, audit }: Deps) => ({
  get: (organizationId: string): Promise<CostBasis> => costBasisOf(settings, organizationId),

  async change({ organizationId, actor, nowMs }: Call, basis: CostBasis): Promise<CostBasis> {
    await audit.change(async () => {
      const { before, write } = await settings.costBasisReplacement(organizationId, basis);
      const entry = {
        organizationId,
        actor,
        action: 'cost-settings.put',
        target: 'costs',
        ...(before ? { before: { basis: before } } : {}),
        after: { basis },
        atMs: nowMs,
      };
      return { entries: [entry], writes: [write] };
    });
    return basis;
  },
});

/** The setting in force. An organization that has set nothing books prices. */
export const costBasisOf = async (
  settings: Pick<OrganizationSettingsStore, 'costBasis'>,
  organizationId: string,
): Promise<CostBasis> => (await settings.costBasis(organizationId)) ?? 'priced';
