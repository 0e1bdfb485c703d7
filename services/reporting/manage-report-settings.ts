import { allocationViewOf } from '../../contracts/chargeback.ts';
import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import {
  allocationAt,
  changesThePast,
  currentHour,
  type DatedAllocation,
  MAX_ALLOCATIONS,
} from '../../domain/reporting/allocation-history.ts';
import type { CostAllocation } from '../../domain/reporting/shared-cost.ts';
import { forbiddenField, invalidField, notFound } from '../errors.ts';
import type { ApplyingLimit } from '../budgets/limit-applying.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';

type Deps = {
  settings: ReportSettingsStore;
  audit: Pick<AuditLog, 'change'>;
  census: Pick<ApplyingLimit, 'tagsWrites'>;
};

export type AllocationHistory = { inForce: DatedAllocation; rules: DatedAllocation[] };

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

    /** The rule in force now, and all rules, latest first. */
    async allocation({ organizationId, nowMs }: OrganizationCall): Promise<AllocationHistory> {
      const rules = await settings.allocations(organizationId);
      return { inForce: allocationAt(rules, nowMs), rules };
    },

    putAllocation: (call: Call, allocation: CostAllocation, validFromMs?: number) =>
      putAllocation({ settings, audit }, call, {
        ...allocation,
        validFromMs: validFromMs ?? currentHour(call.nowMs),
        setBy: call.actor,
        setAtMs: call.nowMs,
      }),

    deleteAllocation: (call: Call, validFromMs: number) =>
      deleteAllocation({ settings, audit }, call, validFromMs),
  };
}

type AllocationDeps = Pick<Deps, 'settings' | 'audit'>;

/**
 * Sets the rule from a time on, or replaces the one that begins then.
 * @throws ServiceError `forbidden` if the past would change and the caller is no admin, or naming
 *   `validFrom` if there are too many rules
 */
async function putAllocation(
  { settings, audit }: AllocationDeps,
  call: Call,
  allocation: DatedAllocation,
): Promise<DatedAllocation> {
  const { organizationId, nowMs } = call;
  const { validFromMs } = allocation;
  requireMayChange(call, validFromMs);
  const others = (await settings.allocations(organizationId)).filter(
    (rule) => rule.validFromMs !== validFromMs,
  );
  if (others.length >= MAX_ALLOCATIONS) {
    throw invalidField(
      'validFrom',
      `begins one rule too many: an organization has at most ${MAX_ALLOCATIONS}; delete one`,
    );
  }
  await audit.change(async () => {
    const { before, write } = await settings.allocationReplacement(organizationId, allocation);
    const entry = {
      organizationId,
      actor: call.actor,
      action: 'cost-allocation.put',
      target: targetOf(validFromMs),
      ...(before ? { before: allocationViewOf(before) } : {}),
      after: allocationViewOf(allocation),
      atMs: nowMs,
    };
    return { entries: [entry], writes: [write] };
  });
  return allocation;
}

/**
 * Removes the rule that begins at a time; the one before it applies on.
 * @throws ServiceError `not-found`, or `forbidden` if the past would change and the caller is no admin
 */
async function deleteAllocation(
  { settings, audit }: AllocationDeps,
  call: Call,
  validFromMs: number,
): Promise<DatedAllocation> {
  const { organizationId, nowMs } = call;
  requireMayChange(call, validFromMs);
  const { before } = await audit.change(async () => {
    const removal = await settings.allocationRemoval(organizationId, validFromMs);
    if (!removal) throw notFound(`No rule begins at ${new Date(validFromMs).toISOString()}.`);
    const entry = {
      organizationId,
      actor: call.actor,
      action: 'cost-allocation.delete',
      target: targetOf(validFromMs),
      before: allocationViewOf(removal.before),
      atMs: nowMs,
    };
    return { before: removal.before, entries: [entry], writes: [removal.write] };
  });
  return before;
}

const targetOf = (validFromMs: number): string =>
  `allocation/${new Date(validFromMs).toISOString()}`;

function requireMayChange({ role, nowMs }: Call, validFromMs: number): void {
  if (role === 'admin' || !changesThePast(validFromMs, nowMs)) return;
  throw forbiddenField({
    field: 'validFrom',
    message:
      'is in the past, so statements that people have seen would change. Ask an admin, or let the rule begin now or later',
  });
}
