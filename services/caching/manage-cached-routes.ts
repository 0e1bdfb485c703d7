import type { Call } from '../../domain/access/caller.ts';
import type { CachedRoute } from '../../domain/caching/cache-wish.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ChoiceStore } from '../../tables/organization-settings.ts';

export type CachedRoutesManager = ReturnType<typeof createCachedRoutesManager>;

/** Manages which routes are answered from the cache. Audits every change. */
export const createCachedRoutesManager = (deps: {
  settings: ChoiceStore<{ routes: CachedRoute[] }>;
  audit: Pick<AuditLog, 'change'>;
}) => ({
  get: async (organizationId: string): Promise<readonly CachedRoute[]> =>
    (await deps.settings.get(organizationId))?.routes ?? [],

  async change(
    { organizationId, actor, nowMs }: Call,
    routes: CachedRoute[],
  ): Promise<readonly CachedRoute[]> {
    await deps.audit.change(async () => {
      const { before, write } = await deps.settings.replacement(organizationId, { routes });
      const entry = {
        organizationId,
        actor,
        action: 'cache-settings.put',
        target: 'cache',
        ...(before ? { before: facts(before.routes) } : {}),
        after: facts(routes),
        atMs: nowMs,
      };
      return { entries: [entry], writes: [write] };
    });
    return routes;
  },
});

const facts = (routes: readonly CachedRoute[]) => ({
  routes: routes.map((route) => ({ ...route })),
});
