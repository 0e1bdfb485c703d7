import type { Call } from '../domain/access/caller.ts';
import { DEFAULT_NAMING, type Naming } from '../domain/naming/naming.ts';
import type { AuditLog } from '../tables/audit-log/audit-log.ts';
import type { OrganizationSettingsStore } from '../tables/organization-settings.ts';

type Deps = { settings: OrganizationSettingsStore; audit: Pick<AuditLog, 'change'> };

/** Absent fields keep their value; `null` removes the department. */
export type NamingChange = {
  idComparison?: Naming['idComparison'] | undefined;
  defaultDepartmentId?: string | null | undefined;
  isDepartmentRequired?: boolean | undefined;
};

export type NamingInForce = { source: 'organization' | 'builtin'; naming: Naming };

export type NamingManager = ReturnType<typeof createNamingManager>;

/** Manages how an organization distinguishes IDs. Audits every change. */
export function createNamingManager({ settings, audit }: Deps) {
  return {
    async get(organizationId: string): Promise<NamingInForce> {
      const own = await settings.naming(organizationId);
      return { source: own ? 'organization' : 'builtin', naming: own ?? DEFAULT_NAMING };
    },

    async change(
      { organizationId, actor, nowMs }: Call,
      change: NamingChange,
    ): Promise<NamingInForce> {
      let naming = DEFAULT_NAMING;
      await audit.change(async () => {
        const { before, write } = await settings.replacement(organizationId, (own) => {
          naming = changed(own ?? DEFAULT_NAMING, change);
          return naming;
        });
        const entry = {
          organizationId,
          actor,
          action: 'identity-settings.put',
          target: 'identity',
          ...(before ? { before: { ...before } } : {}),
          after: { ...naming },
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return { source: 'organization', naming };
    },
  };
}

function changed(before: Naming, change: NamingChange): Naming {
  const idComparison = change.idComparison ?? before.idComparison;
  const departmentId =
    change.defaultDepartmentId === undefined
      ? before.defaultDepartmentId
      : (change.defaultDepartmentId ?? undefined);
  return {
    idComparison,
    defaultDepartmentId: departmentId,
    isDepartmentRequired: change.isDepartmentRequired ?? before.isDepartmentRequired,
  };
}
