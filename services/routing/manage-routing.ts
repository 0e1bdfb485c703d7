import type { Call } from '../../domain/access/caller.ts';
import { DEFAULT_ROUTING, type RoutingSettings } from '../../domain/routing/routing-settings.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ChoiceStore } from '../../tables/organization-settings.ts';

export type RoutingManager = ReturnType<typeof createRoutingManager>;

/** Manages how an organization's calls of models are routed. Audits every change. */
export const createRoutingManager = (deps: {
  settings: ChoiceStore<RoutingSettings>;
  audit: Pick<AuditLog, 'change'>;
}) => ({
  get: async (organizationId: string): Promise<RoutingSettings> =>
    (await deps.settings.get(organizationId)) ?? DEFAULT_ROUTING,

  async change(
    { organizationId, actor, nowMs }: Call,
    settings: RoutingSettings,
  ): Promise<RoutingSettings> {
    await deps.audit.change(async () => {
      const { before, write } = await deps.settings.replacement(organizationId, settings);
      const entry = {
        organizationId,
        actor,
        action: 'routing-settings.put',
        target: 'routing',
        ...(before ? { before: facts(before) } : {}),
        after: facts(settings),
        atMs: nowMs,
      };
      return { entries: [entry], writes: [write] };
    });
    return settings;
  },
});

const facts = ({ pools, regions, ...rest }: RoutingSettings) => ({
  ...rest,
  pools: pools.map((pool) => ({ ...pool })),
  ...(regions ? { regions: [...regions] } : {}),
});
