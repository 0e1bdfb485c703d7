import type { Call } from '../../domain/access/caller.ts';
import { providersOf } from '../../domain/advice/bounds.ts';
import { type AdviceLeave, NO_LEAVE } from '../../domain/advice/leave.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ModelStore } from '../../tables/models.ts';
import type { ChoiceStore } from '../../tables/organization-settings.ts';
import { readCatalog } from '../catalog/model-catalog.ts';
import { invalidField } from '../errors.ts';

export type LeaveManager = ReturnType<typeof createLeaveManager>;

/** Manages which providers and places advice may propose. Audits every change. */
export const createLeaveManager = (deps: {
  settings: ChoiceStore<AdviceLeave>;
  models: Pick<ModelStore, 'list'>;
  audit: Pick<AuditLog, 'change'>;
}) => ({
  get: async (organizationId: string): Promise<AdviceLeave> =>
    (await deps.settings.get(organizationId)) ?? NO_LEAVE,

  /** @throws ServiceError naming a provider that sells no model of the organization's catalog */
  async change({ organizationId, actor, nowMs }: Call, leave: AdviceLeave): Promise<AdviceLeave> {
    const sellers = providersOf(await readCatalog(deps.models, organizationId));
    const position = leave.providers.findIndex((provider) => !sellers.includes(provider));
    if (position !== -1) {
      throw invalidField(`providers[${position}]`, `must be one of ${sellers.join(', ')}`);
    }
    await deps.audit.change(async () => {
      const { before, write } = await deps.settings.replacement(organizationId, leave);
      const entry = {
        organizationId,
        actor,
        action: 'advice-settings.put',
        target: 'advice',
        ...(before ? { before: facts(before) } : {}),
        after: facts(leave),
        atMs: nowMs,
      };
      return { entries: [entry], writes: [write] };
    });
    return leave;
  },
});

const facts = ({ providers, places }: AdviceLeave) => ({
  providers: [...providers],
  places: [...places],
});
